package check

// graph is the dialog's steps and where they lead, conditions aside.
type graph struct {
	next  [][]int // by step; the place behind the last step is len(next)-1
	join  []int   // the nearest step that every way from here comes to
	depth []int

	behind map[int][]bool // by step, as far as asked: the steps that can follow it
}

// comes reports that a step can follow another.
func (g *graph) comes(from, to int) bool {
	seen := g.behind[from]
	if seen == nil {
		seen = make([]bool, len(g.next))
		for stack := []int{from}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, next := range g.next[at] {
				if !seen[next] {
					seen[next] = true
					stack = append(stack, next)
				}
			}
		}
		g.behind[from] = seen
	}
	return seen[to]
}

func (p *proof) graph() *graph {
	end := len(p.d.Steps)
	g := &graph{next: make([][]int, end+1), join: make([]int, end+1), depth: make([]int, end+1), behind: make(map[int][]bool)}
	for i := len(p.m.order) - 1; i >= 0; i-- {
		s := p.m.order[i]
		g.next[s.Index] = next(s)
		if len(g.next[s.Index]) == 0 {
			g.next[s.Index] = []int{end}
		}
		g.join[s.Index] = g.common(g.next[s.Index])
		g.depth[s.Index] = g.depth[g.join[s.Index]] + 1
	}
	return g
}

// common is the nearest step that every way from all of these comes to.
func (g *graph) common(steps []int) int {
	at := steps[0]
	for _, s := range steps[1:] {
		for at != s {
			if g.depth[at] < g.depth[s] {
				at, s = s, at
			}
			at = g.join[at]
		}
	}
	return at
}

// between is the steps from some on to where all their ways come together.
func (g *graph) between(steps []int) []int {
	stop := g.common(steps)
	seen := map[int]bool{stop: true, len(g.next) - 1: true}
	var out []int
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		out = append(out, i)
		for _, to := range g.next[i] {
			visit(to)
		}
	}
	for _, s := range steps {
		visit(s)
	}
	return out
}

// nearest is, by step, the place of the first of some steps from which it can
// follow.
func (g *graph) nearest(steps []int) []int {
	out := make([]int, len(g.next))
	for i := range out {
		out[i] = len(steps)
	}
	for i, s := range steps {
		for stack := []int{s}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if out[at] == len(steps) {
				out[at] = i
				stack = append(stack, g.next[at]...)
			}
		}
	}
	return out
}
