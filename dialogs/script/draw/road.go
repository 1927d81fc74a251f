package draw

import (
	"slices"

	"anteroom/dialogs/script"
)

// road is boxes that stand in one column, each leading to the next.
type road struct {
	nodes  []*node
	source *edge // leads to the first box; nil for the main road and what was cut off a long one
}

// preferred sorts the ways out of a box: the first goes straight down where
// it can. A question goes on with its first answer; what the program decides
// goes on where more questions follow, or else with what is said last.
func preferred(n *node) []*edge {
	ways := slices.Clone(n.out)
	slices.SortStableFunc(ways, func(a, b *edge) int {
		if a.miss != b.miss {
			if a.miss {
				return 1
			}
			return -1
		}
		if n.op == script.Ask || n.op == script.Review {
			return 0
		}
		if d := b.to.first().Most - a.to.first().Most; d != 0 {
			return d
		}
		if last := n.out[len(n.out)-1]; a == last || b == last {
			if a == last {
				return -1
			}
			return 1
		}
		return 0
	})
	return ways
}

// roads cuts the graph into roads, the main one first, and then as they are
// met.
func (p *Picture) roads() []*road {
	var all []*road
	grow := func(n *node, source *edge) {
		r := &road{source: source}
		all = append(all, r)
		for n != nil {
			n.road = r
			r.nodes = append(r.nodes, n)
			var next *node
			for _, e := range preferred(n) {
				if e.to.road == nil && !e.miss && (len(all) == 1 || p.close(n, e.to)) {
					n.down, next = e, e.to
					break
				}
			}
			n = next
		}
	}
	done := 0
	for _, first := range p.nodes { // the first of all; and what only misunderstood answers lead to
		if first.road != nil {
			continue
		}
		grow(first, nil)
		for ; done < len(all); done++ {
			for _, n := range all[done].nodes {
				for _, e := range preferred(n) {
					if e.to.road == nil {
						grow(e.to, e)
					}
				}
			}
		}
	}
	// Where a road ends, the first way on leaves from the bottom all the same.
	for _, n := range p.nodes {
		if ways := preferred(n); n.down == nil && len(ways) > 0 && !ways[0].miss {
			n.down = ways[0]
		}
	}
	return all
}

// close reports that a side road may go on with a box: one that few lead to,
// or that stands below it in the file. What many lead to has its own road.
func (p *Picture) close(from, to *node) bool {
	return len(to.in) <= 2 || len(to.in) <= 4 && slices.Index(p.nodes, to) == slices.Index(p.nodes, from)+1
}

// cut cuts a road into pieces of at most a height.
func (r *road) cut(first, height float64) []*road {
	piece := &road{source: r.source}
	pieces := []*road{piece}
	var used float64
	limit := first
	for _, n := range r.nodes {
		if used+n.height()+tail > limit && len(piece.nodes) > 0 {
			piece.end()
			piece, used, limit = &road{}, 0, height
			pieces = append(pieces, piece)
		}
		used += n.height()
		n.road = piece
		piece.nodes = append(piece.nodes, n)
	}
	piece.end()
	return pieces
}

// end makes room below the last box for where it goes on.
func (r *road) end() {
	last := r.nodes[len(r.nodes)-1]
	last.post = gap
	if last.down != nil {
		last.post = tail
	}
}

func (r *road) height() float64 {
	var h float64
	for _, n := range r.nodes {
		h += n.height()
	}
	return h
}

func (n *node) height() float64 { return n.pre + n.box.h + n.post }
