"""Encodings: told apart safely, every wrong byte at its place, the same text whatever it was written in."""

import codecs
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.exports.encoding import (
    CHUNK,
    detect_encoding,
    ends_lines_with_cr,
    read_head,
    write_utf8,
)
from csperf.problems import ProblemsFound

TEXT = "工单号,客服\r\nT1,李娜\r\nT2,Zoë\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
        (gzip.compress(TEXT.encode("gb18030")), "gb18030"),
        (b"", "utf-8"),
    ],
)
def test_encoding_is_told_from_the_bytes(file: Path, content: bytes, encoding: str) -> None:
    file.write_bytes(content)
    assert detect_encoding(file, "export.csv") == encoding


def test_declared_encoding_counts_where_the_bytes_say_nothing(file: Path) -> None:
    file.write_bytes("naïve".encode("cp1252"))
    assert detect_encoding(file, "export.csv", "cp1252") == "cp1252"
    for order in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        file.write_bytes(TEXT.encode(order))
        assert detect_encoding(file, "export.csv", order[:6]) == order
        assert detect_encoding(file, "export.csv", order) == order
        write_utf8(file, "export.csv", order, file.with_suffix(".copy"))
        assert file.with_suffix(".copy").read_bytes().decode() == TEXT
    file.write_bytes(TEXT.encode())
    assert detect_encoding(file, "export.csv", "cp1252") == "utf-8"


def test_utf8_at_first_and_gbk_later_is_gbk(file: Path) -> None:
    file.write_bytes(b"x,y\n" * (CHUNK // 2) + "李娜,1\n".encode("gbk"))
    assert detect_encoding(file, "export.csv") == "utf-8"
    assert detect_encoding(file, "export.csv", whole=True) == "gb18030"


def test_text_cut_inside_a_character_at_the_sample_edge_is_still_utf8(file: Path) -> None:
    for shift in range(3):
        file.write_bytes(b"x" * shift + "李".encode() * 50_000)
        assert detect_encoding(file, "export.csv") == "utf-8"


@given(st.integers(0, 4), st.integers(0, 3))
def test_first_wrong_byte_is_found_where_it_is(tmp_path_factory: pytest.TempPathFactory, lines: int, part: int) -> None:
    # Chunk edges fall inside characters: 李 takes three bytes.
    file = tmp_path_factory.mktemp("bytes") / "export.csv"
    before = "李\n".encode() * lines + b"x" * (CHUNK - 4 * lines - part) + "李".encode()
    file.write_bytes(before + b"\xff\n")
    with pytest.raises(ProblemsFound) as found:
        detect_encoding(file, "export.csv", "utf-8", whole=True)
    assert f"byte {len(before) + 1}, in line {lines + 1}, is not utf-8" in str(found.value)


@pytest.mark.parametrize("declared", ["auto", "utf-8"])
def test_mark_that_lies_is_a_problem(file: Path, declared: str) -> None:
    file.write_bytes(codecs.BOM_UTF8 + b"a\n\xff\n")
    with pytest.raises(ProblemsFound, match="byte 6, in line 2, is not utf-8 although"):
        detect_encoding(file, "export.csv", declared)


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"abc\x01\x00def", b"\xfe\xfd\x81", bytes(range(128, 256)) * 9])
def test_bytes_that_are_no_text_are_a_problem(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ProblemsFound, match="data-not-text"):
        detect_encoding(file, "export.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_zero_bytes_in_a_text_are_named_with_their_line(file: Path, encoding: str) -> None:
    file.write_bytes(TEXT.encode(encoding) + b"T3,\x00\x00\r\n")
    with pytest.raises(ProblemsFound, match="line 4 holds zero bytes, which no text does"):
        detect_encoding(file, "export.csv")


@pytest.mark.parametrize("encoding", ["cp932", "cp1252", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_wrong_declaration_names_the_first_wrong_byte_far_into_the_file(file: Path, encoding: str, end: str) -> None:
    wrong = {"cp932": b"\x81\x01", "cp1252": b"\x81", "gb18030": b"\xff", "utf-16": b"\x00\xdc"}[encoding]
    before = f"T1,\u00d7{end}".encode("utf-16" if encoding == "utf-16" else encoding)
    file.write_bytes(before + f"x,y{end}".encode("utf-16-le" if encoding == "utf-16" else encoding) * 60_000 + wrong)
    with pytest.raises(ProblemsFound, match=rf"byte \d+, in line 60002, is not {encoding}"):
        detect_encoding(file, "export.csv", encoding, whole=True)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"\n <!doctype HTML><p>", codecs.BOM_UTF8 + b"<html>", b"<table><tr>", b"<?xml "]
)
def test_web_pages_and_documents_are_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ProblemsFound, match=r"this is (a PDF document|a web page|an XML document), not a table"):
        detect_encoding(file, "export.csv")


@given(st.text("a,\n客服é😀\ufeff"), st.sampled_from(["gb18030", "utf-16", "utf-8"]))
@settings(max_examples=50)
def test_text_survives_the_copy(tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str) -> None:
    folder = tmp_path_factory.mktemp("copy")
    (folder / "a").write_bytes(text.encode(encoding))
    write_utf8(folder / "a", "a", encoding, folder / "b")
    assert (folder / "b").read_bytes().decode() == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_lines_that_end_with_cr_alone_end_with_lf_in_the_copy(file: Path, encoding: str) -> None:
    file.write_bytes("a,b\r客服,2\r".encode(encoding))
    write_utf8(file, "export.csv", encoding, file.with_suffix(".copy"))
    assert file.with_suffix(".copy").read_text(encoding="utf-8") == "a,b\n客服,2\n"


@pytest.mark.parametrize(
    ("text", "is_old"),
    [
        ("a\rb\r", True), ("a\nb", False), ("a\r\nb", False), ("ab", False), ("", False),
        ('a,"x\ny"\rb\r', True), ('a,"x\ry"\nb\n', False), ('a\r"cut off\n', True), ('"a""\n"\rb', True),
    ],
)  # fmt: skip
def test_line_ends_inside_cells_do_not_count(text: str, is_old: bool) -> None:
    assert ends_lines_with_cr(text) is is_old


@pytest.mark.parametrize("keep", [2, 9, 12, 30])
def test_cut_gzip_is_a_problem(file: Path, keep: int) -> None:
    whole = gzip.compress(TEXT.encode() * 50)
    for content in (whole[:keep], whole[:-8] + b"damaged!", whole[:-1], whole + b"more"):
        file.write_bytes(content)
        with pytest.raises(ProblemsFound, match="data-truncated"):
            detect_encoding(file, "export.csv", whole=True)


def test_head_ends_lines_as_the_engine_does(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfnote\rmore\nid,name\r\n1,2\n")
    assert read_head(file, 2).getvalue() == "note more\nid,name\r\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Jürgen Müller"),
        ("cp1252", "José"),
        ("cp932", "田中さくら"),
        ("big5", "陳經理櫃檯"),
        ("gb18030", "張國榮"),
    ],
)
@pytest.mark.parametrize("lines", [1, CHUNK // 4])
def test_what_only_looks_like_gb18030_is_asked_for(file: Path, encoding: str, name: str, lines: int) -> None:
    file.write_bytes(b"a,b\n" * lines + f"1,{name}\n".encode(encoding))
    with pytest.raises(ProblemsFound, match="data-doubtful-encoding") as found:
        detect_encoding(file, "export.csv", whole=True)
    assert f"export.csv:{lines + 1}:" in str(found.value)
    assert f'"{name}" in {encoding}' in str(found.value)
    assert detect_encoding(file, "export.csv", encoding, whole=True) == encoding


@pytest.mark.parametrize("text", ["客服,张喆\n", "客服昵称,王祎\n已退款,￥12\n", "李娜,好评😀\n"])
def test_a_rare_name_among_chinese_words_is_no_question(file: Path, text: str) -> None:
    file.write_bytes(text.encode("gb18030"))
    assert detect_encoding(file, "export.csv") == "gb18030"
