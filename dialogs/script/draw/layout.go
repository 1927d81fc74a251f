package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// Measures of the picture, in pixels of 1/96 inch.
const (
	margin   = 30.0
	boxWidth = 196.0
	lanes    = 4 // vertical lines that have room beside a column
	laneGap  = 9.0
	padding  = 7.0
	tail     = 42.0 // below the last box of a road, for where it goes on
	gap      = 14.0 // below a road that has ended
	titleBar = 92.0 // on the first page
	pageBar  = 26.0 // on the others
	footer   = 16.0
	minimum  = 330.0 // of a column

	textSize  = 10.5
	smallSize = 9.5
	textLine  = 13.0
	smallLine = 11.5
	pillHigh  = 15.0
)

type point struct{ x, y float64 }

type rect struct{ x, y, w, h float64 }

func (r rect) bottom() float64 { return r.y + r.h }

func (r rect) middle() float64 { return r.x + r.w/2 }

// place is a column of a page.
type place struct{ page, col int }

// exit is a way that leaves a box at its side.
type exit struct {
	edge  *edge
	lines []string // of its label
	y     float64  // of its line, from the top of the box
}

// layout gives every box its place.
func (p *Picture) layout() {
	all := p.roads()
	for _, n := range p.nodes {
		p.measure(n)
	}
	for _, n := range p.nodes { // a page has room for the tallest box
		p.paper.Height = max(p.paper.Height, int(titleBar+n.height()+tail+footer)+10)
	}
	s := newSheet(p)
	main := all[0].cut(s.room(0), s.room(1))
	for i, r := range main {
		s.put(r, place{i, 0}, s.top(i))
	}
	var later []*road
	for _, r := range all[1:] {
		pieces := r.cut(s.room(1), s.room(1))
		if len(pieces) > 1 || r.source == nil || r.source.from.page() < 0 || !s.beside(pieces[0]) {
			later = append(later, pieces...)
		}
	}
	for _, r := range later {
		from := 0
		if r.source != nil {
			from = max(0, r.source.from.page())
		}
		s.fit(r, from)
	}
	p.pages = len(s.taken)
	p.number()
	s.route()
	for _, n := range p.nodes {
		for _, e := range n.in {
			if e.drawn == asStub {
				n.fromAfield = append(n.fromAfield, e)
			}
		}
		slices.SortFunc(n.fromAfield, func(a, b *edge) int { return a.from.number - b.from.number })
	}
}

// page is the page of a box, or -1 before it has one.
func (n *node) page() int {
	if n.box.x == 0 {
		return -1
	}
	return n.place.page
}

// number numbers the boxes as they are read.
func (p *Picture) number() {
	read := slices.Clone(p.nodes)
	slices.SortFunc(read, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.place.page, b.place.page), cmp.Compare(a.place.col, b.place.col), cmp.Compare(a.box.y, b.box.y))
	})
	for i, n := range read {
		n.number = i + 1
	}
}

func (p *Picture) columns() int {
	return max(1, int((float64(p.paper.Width)-2*margin)/minimum))
}

func (p *Picture) columnWidth() float64 {
	return (float64(p.paper.Width) - 2*margin) / float64(p.columns())
}

// aside is the room to the right of a box for labels.
func (p *Picture) aside() float64 {
	return p.columnWidth() - boxWidth - lanes*laneGap - 6
}

// measure wraps a box's texts and finds its height and those of its exits.
func (p *Picture) measure(n *node) {
	s := n.first()
	inner := boxWidth - 2*padding
	n.heading = n.id()
	switch {
	case s.Question():
		n.text = wrap(plain(s.Ask, p), inner, textSize, 4)
	case s.Op == script.Say:
		n.text = p.said(s, inner)
	case s.Op == script.Call, s.Op == script.Do, s.Op == script.Wait, s.Op == script.Alert, s.Op == script.Finish:
		n.text = wrap(meaning(s), inner, textSize, 2)
	case s.Op == script.Set:
		if len(n.rows) > 1 {
			n.heading = "settings"
		}
		for _, r := range n.rows {
			if r.label != "" {
				point := "•"
				if p.passed(r) {
					point = "✓"
				}
				n.text = append(n.text, wrap(point+" "+clean(r.label)+":", inner, textSize, 2)...)
			}
			n.text = append(n.text, wrap(settings(r.steps), inner, textSize, 2)...)
		}
	}
	n.box.w = boxWidth
	n.box.h = 19 + float64(len(n.text))*textLine + 5
	if p.opts.Counts != nil {
		n.box.h += 15
	}
	p.exits(n)
	n.pre = 26
	for _, e := range n.in {
		if e.from.down == e && e.from.road == n.road {
			n.pre = max(n.pre, 22+smallLine*float64(len(p.downLabel(e))))
		}
	}
}

// downLabel is the label of a line that leaves from the bottom.
func (p *Picture) downLabel(e *edge) []string {
	if e.caption() == "" {
		return nil
	}
	return wrap(e.caption(), boxWidth/2+p.aside()-20, smallSize, 2)
}

// said shows the first message of a say, and how many follow.
func (p *Picture) said(s *script.Step, width float64) []string {
	lines := wrap(plain(s.Say[0], p), width, textSize, 3)
	if more := len(s.Say) - 1; more > 0 {
		lines = append(lines, fmt.Sprintf("(and %d more)", more))
	}
	return lines
}

// meaning says what the program does in a step.
func meaning(s *script.Step) string {
	switch s.Op {
	case script.Call:
		return "see the picture of " + s.Name
	case script.Do:
		return "the program does: " + s.Name
	case script.Wait:
		return "until: " + s.Name
	case script.Alert:
		return "a person is told: " + s.Name
	default:
		return "ends as: " + s.Name
	}
}

// exits places what leaves a box at its side, and makes the box as tall as
// they are.
func (p *Picture) exits(n *node) {
	room := p.aside()
	y := 6.0
	for _, e := range n.out {
		if e == n.down {
			continue
		}
		x := &exit{edge: e}
		label := e.caption()
		if n.op == script.Branch || strings.Contains(label, " / ") {
			x.lines = wrap(label, room-4, smallSize, 3)
		} else {
			x.lines = wrap(label, room-4, smallSize, 2)
		}
		y += smallLine*float64(len(x.lines)) + pillHigh/2
		x.y = y
		y += pillHigh/2 + 4
		n.exits = append(n.exits, x)
	}
	if len(n.exits) > 0 {
		n.box.h = max(n.box.h, y+2)
	}
}
