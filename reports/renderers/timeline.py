"""Small pictures of a load run as inline SVG: what happened when, without script or network."""

from collections.abc import Sequence

from markupsafe import Markup

__all__ = ["calls_over_time", "rate_over_time"]

WIDTH, HEIGHT = 720, 90
_OK, _AGAIN, _BAD, _MARK = "#3a7d5c", "#c9a227", "#b3261e", "#5b6ee1"


def calls_over_time(slices: Sequence[Sequence[float]], title: str) -> Markup:
    """Stacked bars of calls: well, refused at first, failed; refreshes are dots above them."""
    if not slices:
        return Markup("")
    most = max(sum(each[1:4]) for each in slices) or 1
    wide = WIDTH / len(slices)
    shapes: list[Markup] = []
    for number, (start, well, again, bad, renewals) in enumerate(slices):
        told = f"{start:g} s: {well:g} well, {again:g} refused at first, {bad:g} failed, {renewals:g} refreshes"
        below = float(HEIGHT)
        for value, colour in ((well, _OK), (again, _AGAIN), (bad, _BAD)):
            tall = value / most * (HEIGHT - 14)
            below -= tall
            if tall:
                shapes.append(_rect(number * wide, below, max(0.5, wide - 0.6), tall, colour, told))
        if renewals:
            shapes.append(_dot((number + 0.5) * wide, 6, min(5.0, 1.5 + renewals / 4), told))
    return _picture(shapes, title)


def rate_over_time(slices: Sequence[Sequence[float]], title: str) -> Markup:
    """Bars of requests per second, failed ones in red, and p95 as a line scaled to its own highest value."""
    if not slices:
        return Markup("")
    most, slowest = max(each[1] for each in slices) or 1, max(each[4] for each in slices) or 1
    wide = WIDTH / len(slices)
    shapes, points = list[Markup](), list[str]()
    for number, (start, rate, failed, middle, high) in enumerate(slices):
        told = f"{start:g} s: {rate:g}/s, {failed:g} failed, p50 {middle * 1000:.0f} ms, p95 {high * 1000:.0f} ms"
        tall = rate / most * (HEIGHT - 6)
        colour = _BAD if failed else _OK
        shapes.append(_rect(number * wide, HEIGHT - tall, max(0.5, wide - 0.6), tall, colour, told))
        points.append(f"{(number + 0.5) * wide:.1f},{HEIGHT - high / slowest * (HEIGHT - 6):.1f}")
    line = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="1.5"/>').format(" ".join(points), _MARK)
    return _picture([*shapes, line], title)


def _rect(x: float, y: float, wide: float, tall: float, colour: str, told: str) -> Markup:
    shape = '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"><title>{}</title></rect>'
    return Markup(shape).format(x, y, wide, tall, colour, told)


def _dot(x: float, y: float, radius: float, told: str) -> Markup:
    shape = '<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill="{}"><title>{}</title></circle>'
    return Markup(shape).format(x, y, radius, _MARK, told)


def _picture(shapes: Sequence[Markup], title: str) -> Markup:
    opening = Markup('<svg viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}" preserveAspectRatio="none">')
    return opening.format(WIDTH, HEIGHT, title) + Markup("").join(shapes) + Markup("</svg>")
