"""The texts of the input tests, invented for them: (id, url, title, crawl date, text)."""

ARTICLES = [
    (
        "urn:uuid:00000000-0000-4000-8000-000000000001",
        "https://bao.example/cau-moi",
        "Xã Tân Phú khánh thành cầu dân sinh, nối hai bờ sông Vàm",
        "2024-03-05T02:10:00Z",
        "Xã Tân Phú khánh thành cầu dân sinh, nối hai bờ sông Vàm\n\n"
        "Sáng 4/3, Ủy ban nhân dân xã Tân Phú tổ chức lễ khánh thành cây cầu dân sinh dài 48 mét, bắc qua sông Vàm, sau hơn bảy tháng thi công.\n\n"
        "Theo lãnh đạo xã, cây cầu có tổng kinh phí 3,2 tỷ đồng, trong đó người dân hai ấp tự nguyện đóng góp gần một nửa bằng tiền và ngày công lao động.\n\n"
        "\"Từ nay học sinh không còn phải đi đò mỗi mùa nước nổi\", bà Lê Thị Mận, giáo viên trường tiểu học của xã, nói với phóng viên trong buổi lễ.\n\n"
        "Chính quyền địa phương cho biết sẽ tiếp tục nâng cấp đoạn đường dẫn dài 600 mét ở phía bờ nam trước mùa mưa năm nay.",
    ),
    (
        "urn:uuid:00000000-0000-4000-8000-000000000002",
        "https://bao.example/che-shan",
        "Hợp tác xã chè Shan tìm đường ra chợ lớn",
        "2024-03-06T09:30:00Z",
        "Hợp tác xã chè Shan tìm đường ra chợ lớn\n\n"
        "Nằm ở độ cao hơn 1.300 mét, hợp tác xã chè Shan của bản Pá Hu hiện có 62 hộ thành viên, mỗi năm thu hái khoảng 40 tấn búp tươi.\n\n"
        "Trước đây, bà con chủ yếu bán chè tươi cho thương lái với giá thấp; từ khi có xưởng sao chè chung, giá bán đã tăng gấp ba.\n\n"
        "Ông Vàng A Sinh, giám đốc hợp tác xã, cho hay đơn vị đang hoàn tất hồ sơ để đưa sản phẩm vào hệ thống siêu thị ở thành phố trong quý tới.\n\n"
        "Tuy vậy, việc vận chuyển vẫn là trở ngại lớn nhất, bởi con đường duy nhất xuống núi thường sạt lở vào tháng bảy.",
    ),
    (
        "urn:uuid:00000000-0000-4000-8000-000000000003",
        "https://news.example/tushuguan",
        "山区小学建成流动图书馆",
        "2024-03-07T01:00:00Z",
        "山区小学建成流动图书馆\n\n"
        "云岭县日前启用首辆流动图书车，车内藏书三千余册，将每周前往十二所山区小学，供学生借阅。\n\n"
        "负责该项目的教师周文说，以前孩子们要走两个小时山路才能到县城书店，现在书就送到了校门口。\n\n"
        "据介绍，图书车由一辆退役的客车改装而成，改装费用全部来自社会捐助，司机和管理员都是志愿者。\n\n"
        "当地教育部门表示，今年秋季学期还将增加两条路线，使更多偏远村庄的学生受益。",
    ),
    (
        "urn:uuid:00000000-0000-4000-8000-000000000004",
        "https://news.example/yugang",
        "渔港修缮完工，休渔期后迎来首批渔船",
        "2024-03-08T16:45:00Z",
        "渔港修缮完工，休渔期后迎来首批渔船\n\n"
        "经过十个月的修缮，石湾渔港于八日重新开放，二十七艘渔船在清晨陆续靠岸，带回休渔期后的第一批渔获。\n\n"
        "港务负责人介绍，这次工程加固了防波堤，新建了冷藏库和一处可停放四十辆货车的装卸场。\n\n"
        "渔民陈阿福说，以前鱼上岸后要等好几个小时才能装车，现在半小时就能运走，价格也好了不少。\n\n"
        "镇政府计划明年在港区旁边开设一家小型渔业博物馆，介绍本地造船和织网的传统。",
    ),
    (
        "urn:uuid:00000000-0000-4000-8000-000000000005",
        "https://paper.example/bakery?id=5&from=feed",
        "Town bakery reopens after flood, \"with the old oven\"",
        "2024-03-09T11:20:00Z",
        "Town bakery reopens after flood, \"with the old oven\"\n\n"
        "The bakery on Mill Lane, closed since the river came through its windows in November, sold its first loaves on Saturday; by nine o'clock the shelves were empty.\n\n"
        "Its owner, Ruth Calder, said the brick oven had dried out \"one degree at a time\" over six weeks, and that three builders had told her to knock it down.\n\n"
        "Neighbours lent ladders, a pump and, in one case, a kitchen, so that the bakery could go on supplying the school while the shop was repaired.\n\n"
        "The council has promised to raise the bank behind the lane by forty centimetres before next winter, at a cost of £90,000.",
    ),
]

HTML = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title} | Example</title></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>{title}</h1>
{body}
</article>
<footer>Contact us by post.</footer>
</body></html>
"""


def html(title, text):
    from html import escape

    paragraphs = text.split("\n\n")[1:]
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return HTML.format(title=escape(title), body=body)
