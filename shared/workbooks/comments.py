"""How does a cell get a note that appears when it is pointed at? A comment and the box it is drawn in."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from shared.workbooks.grid import column_name
from shared.workbooks.words import encoded

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden;'
    'width:260pt;height:90pt" fillcolor="#fff7d6" o:insetmode="auto"><v:fill color2="#fff7d6"/>'
    '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
    "<x:SizeWithCells/><x:Anchor>{left}, 15, {row}, 10, {right}, 15, {below}, 4</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)
Comments = Sequence[tuple[int, int, str]]  # row and column from 0, words


def comments_part(comments: Comments) -> str:
    """The words."""
    return (
        f'<comments xmlns="{_MAIN}"><authors><author>CCHC</author></authors><commentList>'
        + "".join(
            f'<comment ref="{column_name(column)}{row + 1}" authorId="0"><text><r><t xml:space="preserve">'
            f"{escape(encoded(words))}</t></r></text></comment>"
            for row, column, words in comments
        )
        + "</commentList></comments>"
    )


def drawing_part(comments: Comments) -> str:
    """The boxes (VML, as Excel still wants it)."""
    return "".join(_drawing(comments))


def _drawing(comments: Comments) -> Iterator[str]:
    yield (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        '<o:idmap v:ext="edit" data="1"/></o:shapelayout><v:shapetype id="_x0000_t202" '
        'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
        '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    )
    for number, (row, column, _) in enumerate(comments, 1025):
        yield _SHAPE.format(
            number=number, row=row, below=row + 5, column=column, left=column + 1, right=column + 5
        )
    yield "</xml>"
