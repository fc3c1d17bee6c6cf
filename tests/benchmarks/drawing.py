"""The picture of what a live migration costs beside many instances."""

WIDTH, HEIGHT, MARGIN = 640, 320, 56


def drawn(points):
    """Return an SVG of points, each a number of instances and a time in seconds; the first is the smallest cloud."""
    step = (WIDTH - 2 * MARGIN) / (len(points) - 1)
    highest = 2 * points[0][1]
    places = [
        (MARGIN + number * step, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * min(seconds / highest, 1))
        for number, (_, seconds) in enumerate(points)
    ]
    limit = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * 0.75
    right, bottom = WIDTH - MARGIN, HEIGHT - MARGIN
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{MARGIN} {MARGIN}V{bottom}H{right}" fill="none" stroke="#888"/>',
        f'<path d="M{MARGIN} {limit:.1f}H{right}" stroke="#c33" stroke-dasharray="4"/>',
        f'<text x="{right}" y="{limit - 6:.1f}" text-anchor="end" fill="#c33">1.5 times the smallest cloud</text>',
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}" fill="none" stroke="#36c"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">other instances in the cloud</text>',
        f'<text x="{MARGIN}" y="{MARGIN - 24}">milliseconds for a live migration and the state after it</text>',
    ]
    for (instances, seconds), (x, y) in zip(points, places, strict=True):
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#36c"/>',
            f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{seconds * 1e3:.1f}</text>',
            f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{instances:,}</text>',
        ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return "\n".join([f'{head} font-family="sans-serif" font-size="13">', *parts, "</svg>", ""])
