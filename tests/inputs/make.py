#!/usr/bin/env python3
"""Writes the sample files of the input tests with the ordinary tool for each form.

Needs gzip, zstd, bzip2, xz, tar and zip, and from PyPI pandas, pyarrow and warcio. The files are committed, so that the tests need
none of these: run it only to make them anew.
"""

import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles import ARTICLES, html

HERE = Path(__file__).parent
COLUMNS = ["id", "url", "title", "crawl_date", "text"]


def run(*command, cwd=HERE, stdout=None):
    subprocess.run(command, cwd=cwd, check=True, stdout=stdout)


def main():
    rows = [dict(zip(COLUMNS, article)) for article in ARTICLES]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (HERE / "articles.jsonl").write_text(lines, encoding="utf-8")
    for tool, extension in [("gzip", "gz"), ("zstd", "zst"), ("bzip2", "bz2"), ("xz", "xz")]:
        options = ["-n"] if tool == "gzip" else []
        with open(HERE / f"articles.jsonl.{extension}", "wb") as file:
            run(tool, *options, "-c", "articles.jsonl", stdout=file)

    frame = pd.DataFrame(rows)
    frame.to_csv(HERE / "articles.csv", index=False)
    frame.to_csv(HERE / "articles.tsv.xz", index=False, sep="\t")
    frame.to_parquet(HERE / "pandas.parquet", index=False)
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, HERE / "pyarrow.parquet", row_group_size=2, compression="zstd")

    write_warc(HERE / "articles.warc.wet.gz", wet=True)
    write_warc(HERE / "pages.warc.gz", wet=False)
    write_warc(HERE / "pages.warc", wet=False, compressed=False)

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        pages, texts = folder / "pages", folder / "texts"
        pages.mkdir()
        texts.mkdir()
        for number, (_, _, title, _, text) in enumerate(ARTICLES):
            (pages / f"{number}.html").write_text(html(title, text), encoding="utf-8")
            (texts / f"{number}.txt").write_text(text, encoding="utf-8")
        (texts / "notes.pdf").write_bytes(b"%PDF-1.4 no text")
        shutil.copy(HERE / "articles.jsonl.gz", folder / "articles.jsonl.gz")
        shutil.copy(HERE / "articles.jsonl", folder / "articles.jsonl")
        tar = ["tar", "--sort=name", "--mtime=2024-01-01", "--owner=0", "--group=0", "--numeric-owner"]
        run(*tar, "-czf", HERE / "articles.tar.gz", "articles.jsonl", cwd=folder)
        run(*tar, "--zstd", "-cf", HERE / "articles.tar.zst", "articles.jsonl", cwd=folder)
        run(*tar, "-cJf", HERE / "articles.tar.xz", "articles.jsonl", cwd=folder)
        run(*tar, "-cjf", HERE / "articles.tar.bz2", "articles.jsonl.gz", cwd=folder)
        run(*tar, "-cf", HERE / "texts.tar", "texts", cwd=folder)
        run(*tar, "-cJf", HERE / "pages.tar.xz", "pages", cwd=folder)
        for name, members in [("articles.zip", ["articles.jsonl"]), ("texts.zip", ["texts"]), ("pages.zip", ["pages"])]:
            (HERE / name).unlink(missing_ok=True)
            run("zip", "-q", "-r", "-X", HERE / name, *members, cwd=folder)
        # Written to a pipe: lengths stand behind the members.
        with open(HERE / "streamed.zip", "wb") as file:
            out = subprocess.run(["sh", "-c", "zip -q -X - articles.jsonl | cat"], cwd=folder, check=True, capture_output=True)
            file.write(out.stdout)
        shutil.copy(HERE / "articles.zip", folder / "articles.zip")
        shutil.copy(HERE / "pyarrow.parquet", folder / "pyarrow.parquet")
        run(*tar, "-czf", HERE / "nested.tar.gz", "articles.zip", cwd=folder)
        run(*tar, "-cf", HERE / "parquet.tar", "pyarrow.parquet", cwd=folder)


def write_warc(path, wet, compressed=True):
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=compressed)
    writer.write_record(writer.create_warcinfo_record(path.name, {"software": "by hand"}))
    for id, url, title, date, text in ARTICLES:
        headers = {"WARC-Record-ID": f"<{id}>", "WARC-Date": date}
        if wet:
            record = writer.create_warc_record(
                url, "conversion", payload=io.BytesIO(text.encode()), warc_content_type="text/plain", warc_headers_dict=headers
            )
        else:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            payload = io.BytesIO(html(title, text).encode())
            record = writer.create_warc_record(url, "response", payload=payload, http_headers=http, warc_headers_dict=headers)
        writer.write_record(record)
        if not wet:
            http = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(url + ".png", "response", payload=io.BytesIO(b"\x89PNG\r\n\x00"), http_headers=http)
            )
    path.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
