package draw

import (
	"fmt"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// Options says what to draw. The zero value draws the dialog in its own
// language, in pages of A4.
type Options struct {
	Lang   string           // of the texts; empty for the dialog's own
	Misses bool             // draw where three misunderstood answers lead
	Passed map[string]bool  // ids of the steps that a conversation passed; nil to mark none
	Counts map[string]Count // how many came to each step; nil to paint none
	Paper  Paper            // of each page; the zero value is A4
}

// Count is how many conversations came to a step and how many ended there.
type Count struct{ Reached, Left int }

// Paper is the size of a page in pixels of 1/96 inch.
type Paper struct{ Width, Height int }

// Papers are the sizes that a picture can be made for, upright.
func Papers() map[string]Paper {
	return map[string]Paper{"a4": {794, 1123}, "a3": {1123, 1587}, "letter": {816, 1056}}
}

// node is one box.
type node struct {
	op     script.Op
	rows   []row // one, but for settings that stand together
	out    []*edge
	in     []*edge
	safety bool
	passed bool
	lost   bool // reached when answers are not understood

	number     int
	road       *road
	place      // where its block lies
	box        rect
	pre, post  float64 // room above and below the box
	text       []string
	heading    string
	exits      []*exit
	down       *edge // leaves from the bottom
	fromAfield []*edge
}

// row is a step, or several settings one after the other.
type row struct {
	label string // the answer or condition that leads here, where settings stand together
	steps []*script.Step
}

func (n *node) first() *script.Step { return n.rows[0].steps[0] }

func (n *node) id() string { return n.first().ID }

func (n *node) ids() []string {
	var ids []string
	for _, r := range n.rows {
		for _, s := range r.steps {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// edge leads from a box to another. Between any two there is one for answers
// and one for answers that were not understood.
type edge struct {
	from, to *node
	labels   []string // answers, conditions or outcomes; none where it is the only way
	miss     bool
	taken    bool // by the conversation that is marked

	drawn drawn
	line  []point // of a line
}

type drawn uint8

const (
	asStub   drawn = iota // a label that names the box
	asLine                // a line all the way
	straight              // a line to the box below
)

// Picture is a dialog laid out.
type Picture struct {
	dialog *script.Dialog
	opts   Options
	nodes  []*node // in the order written
	steps  int
	pages  int
	paper  Paper
}

// Graph lays out a dialog.
func Graph(d *script.Dialog, o Options) *Picture {
	if o.Lang == "" {
		o.Lang = d.Language
	}
	p := &Picture{dialog: d, opts: o, paper: o.Paper}
	if p.paper == (Paper{}) {
		p.paper = Papers()["a4"]
	}
	p.build()
	p.chains()
	p.fans()
	p.mark()
	p.layout()
	return p
}

// own reports a step of the dialog's own file.
func own(s *script.Step) bool { return !strings.Contains(s.ID, "/") }

// build makes a box for each own step, and the edges.
func (p *Picture) build() {
	at := make(map[int]*node)
	for _, s := range p.dialog.Steps {
		if !own(s) {
			continue
		}
		n := &node{op: s.Op, rows: []row{{steps: []*script.Step{s}}}}
		n.safety = p.safety(s)
		p.nodes = append(p.nodes, n)
		at[s.Index] = n
		p.steps++
	}
	for _, n := range p.nodes {
		for _, w := range p.ways(n.first()) {
			p.link(n, at[w.to], w)
		}
	}
	for _, s := range p.dialog.Steps {
		if to := at[s.MissTo]; s.Question() && s.MissAfter > 0 && to != nil {
			to.lost = true
		}
	}
}

// link adds an edge, or labels to the one that is there.
func (p *Picture) link(from, to *node, w way) {
	if to == nil {
		return
	}
	for _, e := range from.out {
		if e.to == to && e.miss == w.miss {
			if w.label != "" && !slices.Contains(e.labels, w.label) {
				e.labels = append(e.labels, w.label)
			}
			return
		}
	}
	e := &edge{from: from, to: to, miss: w.miss}
	if w.label != "" {
		e.labels = []string{w.label}
	}
	from.out = append(from.out, e)
	to.in = append(to.in, e)
}

// way is one way out of a step.
type way struct {
	to    int
	label string
	miss  bool
}

func (p *Picture) ways(s *script.Step) []way {
	var ways []way
	switch {
	case s.Question():
		ways = p.answers(s)
		if p.opts.Misses && s.MissAfter > 0 {
			ways = append(ways, way{s.MissTo, fmt.Sprintf("not understood %d times", s.MissAfter), true})
		}
	case s.Op == script.Branch:
		for _, r := range s.Routes {
			label := "otherwise"
			if r.When != nil {
				label = condition(r.When, false)
			}
			ways = append(ways, way{to: r.To, label: label})
		}
		if s.Next >= 0 {
			ways = append(ways, way{to: s.Next, label: "otherwise"})
		}
	case s.Op == script.Call:
		ways = p.outcomes(s)
	case s.Op == script.Finish:
	default:
		for _, w := range s.Ways {
			ways = append(ways, way{to: w.To, label: w.Answer})
		}
		if s.Next >= 0 {
			label := ""
			if len(ways) > 0 {
				label = "otherwise"
			}
			ways = append(ways, way{to: s.Next, label: label})
		}
	}
	return ways
}

// answers is the ways out of a question, in the order of its answers.
func (p *Picture) answers(s *script.Step) []way {
	var ways []way
	if options := s.Options(p.opts.Lang); options != nil {
		for _, o := range options.All {
			if to := s.After(o.ID); to >= 0 {
				ways = append(ways, way{to: to, label: o.Label})
			}
		}
	}
	if s.Next < 0 {
		return ways
	}
	if s.Host != "" || len(ways) == 0 {
		label := ""
		if len(ways) > 0 || s.Skip != nil {
			label = "any answer"
		}
		ways = append(ways, way{to: s.Next, label: label})
	}
	if s.Skip != nil {
		ways = append(ways, way{to: s.Next, label: plain(s.Skip, p)})
	}
	return ways
}

// outcomes is where the ends of a called dialog lead.
func (p *Picture) outcomes(call *script.Step) []way {
	var ways []way
	alone := true
	for _, s := range p.dialog.Steps {
		inner, in := strings.CutPrefix(s.ID, call.ID+"/")
		if !in {
			continue
		}
		if s.Op == script.Return && !strings.Contains(inner, "/") {
			alone = alone && (len(ways) == 0 || ways[0].to == s.Next)
			ways = append(ways, way{to: s.Next, label: s.Name})
		}
	}
	if alone {
		for i := range ways {
			ways[i].label = ""
		}
	}
	if p.opts.Misses {
		for _, s := range p.dialog.Steps {
			if strings.HasPrefix(s.ID, call.ID+"/") && s.Question() && s.MissAfter > 0 && own(p.dialog.Steps[s.MissTo]) {
				ways = append(ways, way{s.MissTo, fmt.Sprintf("not understood %d times", s.MissAfter), true})
			}
		}
	}
	return ways
}

// safety reports a step that leads a person to help: an alert, a text with
// help numbers, or the call of a dialog that has an alert.
func (p *Picture) safety(s *script.Step) bool {
	if s.Op == script.Alert {
		return true
	}
	if s.Op == script.Call {
		return slices.ContainsFunc(p.dialog.Steps, func(in *script.Step) bool {
			return in.Op == script.Alert && strings.HasPrefix(in.ID, s.ID+"/")
		})
	}
	for _, t := range append(slices.Clone(s.Say), s.Ask) {
		for _, seg := range t.In(p.opts.Lang) {
			if seg.Kind == script.GivenHere && (seg.Text == "emergency" || strings.HasPrefix(seg.Text, "helplines.")) {
				return true
			}
		}
	}
	return false
}

// chains joins settings that follow one another.
func (p *Picture) chains() {
	for _, n := range p.nodes {
		for n.rows != nil && n.op == script.Set && len(n.out) == 1 {
			next := n.out[0].to
			if next.op != script.Set || len(next.in) != 1 || next == n {
				break
			}
			n.rows[0].steps = append(n.rows[0].steps, next.rows[0].steps...)
			n.out = next.out
			for _, e := range n.out {
				e.from = n
			}
			next.rows = nil
		}
	}
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return n.rows == nil })
}

// fans joins settings that lie side by side between the same two boxes.
func (p *Picture) fans() {
	for _, from := range p.nodes {
		heads := make(map[*node]*edge) // by where they lead
		from.out = slices.DeleteFunc(from.out, func(e *edge) bool {
			n := e.to
			if n.op != script.Set || len(n.in) != 1 || len(n.out) != 1 {
				return false
			}
			head := heads[n.out[0].to]
			if head == nil {
				heads[n.out[0].to] = e
				return false
			}
			if head.labels != nil {
				head.to.rows[0].label = strings.Join(head.labels, " / ")
				head.labels = nil
			}
			n.rows[0].label = strings.Join(e.labels, " / ")
			head.to.rows = append(head.to.rows, n.rows[0])
			next := n.out[0].to
			next.in = slices.DeleteFunc(next.in, func(in *edge) bool { return in.from == n })
			n.rows = nil
			return true
		})
	}
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return n.rows == nil })
}

// mark finds the boxes and edges that the conversation passed. Steps are met
// in the order of their ranks, so the way taken is the one to the lowest.
func (p *Picture) mark() {
	for _, n := range p.nodes {
		n.passed = slices.ContainsFunc(n.rows, p.passed)
	}
	for _, n := range p.nodes {
		if !n.passed {
			continue
		}
		var taken *edge
		for _, e := range n.out {
			if e.to.passed && (taken == nil || e.to.first().Rank < taken.to.first().Rank) {
				taken = e
			}
		}
		if taken != nil {
			taken.taken = true
		}
	}
}

func (p *Picture) passed(r row) bool {
	return slices.ContainsFunc(r.steps, func(s *script.Step) bool { return p.opts.Passed[s.ID] })
}
