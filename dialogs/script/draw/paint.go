package draw

import (
	"fmt"
	"strings"

	"anteroom/dialogs/script"
)

// node paints a box with what stands in and around it.
func (b *brush) node(n *node) {
	more := ""
	if n.safety {
		more += " danger"
	}
	if n.passed {
		more += " passed"
	}
	r := n.box
	b.raw("<g id=\"%s\" data-steps=\"%s\">\n", n.id(), strings.Join(n.ids(), " "))
	if whole := b.p.whole(n); whole != "" {
		b.raw("<title>%s</title>\n", escape(whole))
	}
	b.shape(n.op, more, r)
	x := r.x + padding
	number := fmt.Sprint(n.number)
	if n.passed {
		number = "✓ " + number
	}
	b.text("name", x, r.y+13, number+"  "+clip(n.heading, boxWidth-74, 10.5))
	word := strings.ToUpper(n.op.String())
	right := r.x + r.w - padding
	if n.safety {
		right -= 14
		b.sign(right+3, r.y+4)
	}
	b.text("kind", right-extent(word, 8.5)-float64(len(word))*0.4, r.y+12.5, word)
	y := r.y + 27
	for _, line := range n.text {
		b.text("words", x, y, line)
		y += textLine
	}
	b.counts(n)
	if from := n.from(b.p); from != "" {
		b.text("from", r.x, r.y-5, from)
	}
	b.raw("</g>\n")
}

// from says from where a box is reached, besides the lines that lead to it.
func (n *node) from(p *Picture) string {
	switch {
	case len(n.fromAfield) > 0:
		return "from " + numbers(n.fromAfield)
	case n.lost && len(n.in) == 0:
		return "when answers are not understood"
	}
	return ""
}

// numbers names the boxes that lead to a box from elsewhere.
func numbers(edges []*edge) string {
	var all []string
	seen := make(map[int]bool)
	for _, e := range edges {
		if !seen[e.from.number] {
			seen[e.from.number] = true
			all = append(all, fmt.Sprint(e.from.number))
		}
	}
	if len(all) > 5 {
		return fmt.Sprintf("%s, +%d", strings.Join(all[:4], ", "), len(all)-4)
	}
	return strings.Join(all, ", ")
}

// clip cuts a text to a width.
func clip(s string, width, size float64) string {
	if lines := wrap(s, width, size, 1); len(lines) > 0 {
		return lines[0]
	}
	return ""
}

// whole is all that a box shows in short, for whoever points at it.
func (p *Picture) whole(n *node) string {
	s := n.first()
	if s.Question() {
		return plain(s.Ask, p)
	}
	var all []string
	for _, ph := range s.Say {
		all = append(all, plain(ph, p))
	}
	for _, r := range n.rows {
		if n.op == script.Set {
			all = append(all, strings.TrimLeft(clean(r.label)+": ", ": ")+settings(r.steps))
		}
	}
	return strings.Join(all, "\n")
}

// count is how many came to a box and how many left there; false when that
// is not known.
func (p *Picture) count(n *node) (came, left int, known bool) {
	for _, row := range n.rows {
		reached := 0
		for _, s := range row.steps {
			c, ok := p.opts.Counts[s.ID]
			known = known || ok
			reached = max(reached, c.Reached)
			left += c.Left
		}
		came += reached
	}
	return came, left, known
}

// counts paints how many came and how many left.
func (b *brush) counts(n *node) {
	came, left, known := b.p.count(n)
	if !known {
		return
	}
	r := n.box
	y := r.bottom() - 6
	words := fmt.Sprintf("%d came", came)
	if left > 0 {
		words += fmt.Sprintf(", %d left", left)
	}
	if left > 0 && came > 0 {
		words += fmt.Sprintf(" (%d %%)", (left*100+came/2)/came)
	}
	b.text("count", r.x+padding, y, words)
	if came > 0 && left > 0 {
		const long = 60.0
		x := r.x + r.w - padding - long
		b.raw("<rect class=\"bar\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"7\"/><rect class=\"left\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"7\"/>\n",
			num(x), num(y-7), num(long), num(x), num(y-7), num(long*min(1, float64(left)/float64(came))))
	}
}

// edge paints a line, or the label that stands for one.
func (b *brush) edge(e *edge) {
	b.raw("<g data-from=\"%s\" data-to=\"%s\" data-drawn=\"%s\">\n", e.from.id(), e.to.id(), [...]string{"stub", "line", "line"}[e.drawn])
	if whole := clean(strings.Join(e.labels, " / ")); whole != "" {
		b.raw("<title>%s</title>\n", escape(whole))
	}
	class := "edge"
	for _, c := range []struct {
		is   bool
		name string
	}{{e.miss, " miss"}, {e.to.safety, " safe"}, {e.taken, " taken"}} {
		if c.is {
			class += c.name
		}
	}
	if e.drawn != asStub {
		var d strings.Builder
		for i, at := range e.line {
			fmt.Fprintf(&d, "%c%s %s ", "ML"[min(i, 1)], num(at.x), num(at.y))
		}
		b.raw("<path class=\"%s\" d=\"%s\"/>\n", class, strings.TrimSpace(d.String()))
	}
	if e == e.from.down {
		b.downward(e, class)
	} else {
		b.sideways(e, class)
	}
	b.raw("</g>\n")
}

// downward writes the label of what leaves a box at the bottom.
func (b *brush) downward(e *edge, class string) {
	r := e.from.box
	lines := b.p.downLabel(e)
	if e.from.post > 0 && len(lines) > 1 { // room for one line only
		lines = []string{clip(e.caption(), boxWidth/2+b.p.aside()-20, smallSize)}
	}
	y := r.bottom() + smallLine
	for _, line := range lines {
		b.text("label", r.middle()+6, y, line)
		y += smallLine
	}
	if e.drawn == asStub {
		y := r.bottom() + 16
		b.raw("<path class=\"%s\" d=\"M%s %s L%s %s\"/>\n", class, num(r.middle()), num(r.bottom()), num(r.middle()), num(y))
		b.pill(e, r.middle()-20, y)
	}
}

// sideways writes the label of what leaves a box at its side.
func (b *brush) sideways(e *edge, class string) {
	for _, x := range e.from.exits {
		if x.edge != e {
			continue
		}
		left := e.from.box.x + e.from.box.w
		y := e.from.box.y + x.y
		above := y - 4
		if e.drawn == asStub {
			above = y - pillHigh/2 - 2.5
		}
		for i, line := range x.lines {
			b.text("label", left+5, above-smallLine*float64(len(x.lines)-1-i), line)
		}
		if e.drawn != asStub {
			continue
		}
		to := left + 14
		b.raw("<path class=\"%s\" d=\"M%s %s L%s %s\"/>\n", class, num(left), num(y), num(to), num(y))
		b.pill(e, to, y-pillHigh/2)
	}
}

// pill names the box where an edge goes on.
func (b *brush) pill(e *edge, x, y float64) {
	number, page := fmt.Sprint(e.to.number, " "), ""
	if b.p.pages > 1 && e.to.place.page != e.from.place.page {
		page = fmt.Sprintf(" · p.%d", e.to.place.page+1)
	}
	rest := 10.0
	class := "pill"
	if e.to.safety {
		rest += 14
		class += " safe"
	}
	words := number + clip(e.to.heading, b.p.aside()-14-rest-extent(number+page, smallSize), smallSize) + page
	w := extent(words, smallSize) + rest
	b.raw("<a href=\"#%s\"><rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"3\"/>", e.to.id(), class, num(x), num(y), num(w), num(pillHigh))
	b.text("label", x+5, y+11, words)
	if e.to.safety {
		b.sign(x+w-15, y+2.5)
	}
	b.raw("</a>\n")
}
