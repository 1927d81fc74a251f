package draw

import (
	"math"
	"slices"
)

// sheet is the pages while roads are put on them.
type sheet struct {
	p     *Picture
	taken [][][]span // by page and column, sorted
	beams map[place][]beam
}

// span is a stretch of a column from top to bottom.
type span struct{ from, to float64 }

func (s span) meets(o span) bool { return s.from < o.to && o.from < s.to }

func newSheet(p *Picture) *sheet {
	return &sheet{p: p, beams: make(map[place][]beam)}
}

func (s *sheet) top(page int) float64 {
	if page == 0 {
		return titleBar
	}
	return pageBar
}

func (s *sheet) bottom() float64 { return float64(s.p.paper.Height) - footer - 8 }

func (s *sheet) room(page int) float64 { return s.bottom() - s.top(page) }

// put lays a road into a column.
func (s *sheet) put(r *road, at place, y float64) {
	for len(s.taken) <= at.page {
		s.taken = append(s.taken, make([][]span, s.p.columns()))
	}
	col := &s.taken[at.page][at.col]
	*col = append(*col, span{y, y + r.height()})
	slices.SortFunc(*col, func(a, b span) int { return int(math.Copysign(1, a.from-b.from)) })
	for _, n := range r.nodes {
		n.place = at
		n.box.x = margin + float64(at.col)*s.p.columnWidth()
		n.box.y = y + n.pre
		y += n.height()
	}
}

// free is the first place in a column, from a height on, with room for so
// much; false when there is none before the limit.
func (s *sheet) free(at place, from, height, limit float64) (float64, bool) {
	y := max(from, s.top(at.page))
	if at.page < len(s.taken) {
		for _, t := range s.taken[at.page][at.col] {
			if t.meets(span{y, y + height}) {
				y = t.to
			}
		}
	}
	return y, y <= limit && y+height <= s.bottom()
}

// beside puts a road to the right of the box that leads to it, when there is
// room not far from there.
func (s *sheet) beside(r *road) bool {
	const far = 260
	from := r.source.from
	at := place{from.place.page, from.place.col + 1}
	if at.col >= s.p.columns() {
		return false
	}
	y, ok := from.exitAt(r.source)
	if !ok {
		return false
	}
	head := r.nodes[0]
	want := y - entry - head.pre
	top, ok := s.free(at, want, r.height(), want+far)
	if !ok {
		return false
	}
	if !s.elbow(r.source, y, top+head.pre+entry) {
		return false
	}
	s.put(r, at, top)
	r.source.line = append(r.source.line, point{head.box.x, head.box.y + entry})
	return true
}

// fit puts a road where there is room, from a page on.
func (s *sheet) fit(r *road, page int) {
	for ; ; page++ {
		for col := range s.p.columns() {
			if y, ok := s.free(place{page, col}, 0, r.height(), s.bottom()); ok {
				s.put(r, place{page, col}, y)
				return
			}
		}
	}
}

// exitAt is the height of the side exit of an edge.
func (n *node) exitAt(e *edge) (float64, bool) {
	for _, x := range n.exits {
		if x.edge == e {
			return n.box.y + x.y, true
		}
	}
	return 0, false
}
