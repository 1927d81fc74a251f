package draw

import "math"

const (
	entry = 12.0 // below the top of a box: where a line enters at its side
	merge = 12.0 // above the top of a box: where a line joins from the side
	reach = 460  // how long a line may run downwards before it is cut short
)

// beam is a vertical line beside a column.
type beam struct {
	span
	lane int
	to   *node
}

// lane finds a free lane beside a column for a stretch. Lines that go to the
// same box share one.
func (s *sheet) lane(at place, stretch span, to *node) (float64, bool) {
	stretch = span{min(stretch.from, stretch.to) - 3, max(stretch.from, stretch.to) + 3}
	for lane := range lanes {
		open := true
		for _, b := range s.beams[at] {
			if b.lane == lane && b.to != to && b.meets(stretch) {
				open = false
			}
		}
		if open {
			s.beams[at] = append(s.beams[at], beam{stretch, lane, to})
			x := margin + float64(at.col+1)*s.p.columnWidth() - 6 - float64(lane)*laneGap
			return x, true
		}
	}
	return 0, false
}

// elbow draws the line from a side exit to the left side of the column to
// the right, but for its last point.
func (s *sheet) elbow(e *edge, y, to float64) bool {
	start := point{e.from.box.x + e.from.box.w, y}
	e.line = []point{start}
	if math.Abs(y-to) > 0.5 {
		x, ok := s.lane(e.from.place, span{y, to}, e.to)
		if !ok {
			e.line = nil
			return false
		}
		e.line = append(e.line, point{x, y}, point{x, to})
	}
	e.drawn = asLine
	return true
}

// route draws the other lines: straight down, or a short way back to the
// road. What cannot be drawn well stays a stub.
func (s *sheet) route() {
	for _, n := range s.p.nodes {
		for _, e := range n.out {
			switch {
			case e.drawn == asLine:
			case e == n.down && e.to.road == n.road && n.below(e.to):
				e.drawn = straight
				e.line = []point{{n.box.middle(), n.box.bottom()}, {n.box.middle(), e.to.box.y}}
			default:
				s.back(e)
			}
		}
	}
}

// below reports that a box is the next of the same road.
func (n *node) below(next *node) bool {
	for i, m := range n.road.nodes {
		if m == n {
			return i+1 < len(n.road.nodes) && n.road.nodes[i+1] == next
		}
	}
	return false
}

// back draws a line that joins a box further down from the side: in the same
// column, or from the bottom of a road in the column to the right.
func (s *sheet) back(e *edge) {
	from, to := e.from, e.to
	join := to.box.y - merge
	start := point{from.box.x + from.box.w, 0}
	y, side := from.exitAt(e)
	if !side {
		start = point{from.box.middle(), from.box.bottom()}
		y = from.box.bottom() + 24
	}
	right := from.place.col - to.place.col
	if from.place.page != to.place.page || join < y || join-y > reach || right != 0 && (right != 1 || side) {
		return
	}
	x, ok := s.lane(to.place, span{y, join}, to)
	if !ok {
		return
	}
	e.drawn = asLine
	if side {
		e.line = []point{{start.x, y}, {x, y}, {x, join}, {to.box.middle(), join}}
	} else {
		e.line = []point{start, {start.x, y}, {x, y}, {x, join}, {to.box.middle(), join}}
	}
}
