package check

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// Options is what a proof must know of the program that the dialogs run in.
type Options struct {
	Entries []string          // dialogs that the program begins by itself
	Asides  []string          // dialogs that a person can open at every question
	Help    string            // the aside behind "I need help now"
	Words   map[string]string // words that count everywhere unless they answer the open question: the aside that each opens
	Host    Host
	Events  []string // what the program brings to a `wait`
	Tells   []string // outcomes of begun dialogs for which the program says something in the chat

	Conclusions []Conclusion

	// Budget is the effort that the proof of one dialog may cost, in conflicts
	// of the solver. Zero is enough for dialogs of some thousand steps.
	Budget int
}

// Host is what the program around the dialogs reads of their facts, and whom
// it shows them to.
type Host struct {
	Calls   map[string]Call     // by the name after `do`
	Givens  map[string][]string // the facts that a given is made from; "helplines.*" stands for all of a kind
	Slack   []string            // givens that also go to a Slack channel
	Partner []string            // givens that also go to a partner
}

// Call is a host call.
type Call struct {
	Reads []string // facts
	Shows string   // who sees what was read, in the words of seen-by; empty for nobody
	Slack bool     // that the call was made is told in a Slack channel

	// Decide says that the call answers at once, and what it can conclude from the facts in Reads, of which
	// those that are not known are missing. Nil means any result that the
	// script declares, and perhaps none for a long time. It must depend on nothing but its argument, and be safe
	// for use by many goroutines. Of a text it sees only that there is one, and
	// of a number with more than 64 values one of each part that the script's
	// conditions tell apart. What it never concludes can be proven where few
	// facts decide; where many do, it stays undecided.
	Decide func(facts map[string]string) []string

	// When is a condition that holds wherever the call brings the result, nil
	// where none is known. It never contradicts Decide: with it, a proof need
	// not try out the facts from which Decide concludes otherwise.
	When func(d *script.Dialog, result string) *script.Cond
}

// Conclusion is something that the practice concludes from the facts at a
// host call: an urgency, a fit. Each of its values must come on some path.
type Conclusion struct {
	Name   string
	Call   string
	Values []string
	Reads  []string
	Decide func(facts map[string]string) []string

	// Near are facts to look near at first, for values that few answers bring.
	Near []map[string]string
}

// Severity of a finding. Errors keep a script from being used.
type Severity uint8

const (
	Error Severity = iota
	Warning
)

// String is the word that a report prints.
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// The rules, most serious first. A finding names the one that is broken.
const (
	RuleConsent   = "consent"
	RuleHelp      = "help"
	RuleLeak      = "leak"
	RuleConclude  = "conclusion"
	RuleUnset     = "unset"
	RuleEndless   = "endless"
	RuleLongest   = "longest"
	RuleDead      = "dead"
	RuleUndecided = "undecided"
	RuleCalls     = "calls"
	RuleInternal  = "internal"
)

var gravity = []string{RuleInternal, RuleConsent, RuleHelp, RuleLeak, RuleConclude, RuleUnset, RuleEndless, RuleLongest, RuleDead, RuleUndecided, RuleCalls}

// Finding is one broken promise.
type Finding struct {
	Rule       string
	Severity   Severity
	At         script.Place
	Dialog     string // the one that was proven
	What, Mend string
	Transcript []string       // a conversation that shows it: "> client", "< bot", "! effect"
	Other      []string       // of a leak: one with another answer, in which it does not show
	Alone      bool           // that one differs in the secret alone
	Also       []script.Place // where else it shows
}

// Error reads "file:line:column: what: mend".
func (f Finding) Error() string {
	return script.Problem{Place: f.At, What: f.What, Mend: f.Mend}.Error()
}

// Summary is what was proven of one dialog.
type Summary struct {
	Name             string
	Steps            int // those of called dialogs included
	Questions, Facts int
	Paths            string // how many ways there are through it, conditions aside: "240", "8.5e+08"

	Longest, Shortest         int      // questions
	Exact                     bool     // there are such paths; else no path has more, or fewer
	Structural                int      // the longest path over the graph, conditions aside
	LongestPath, ShortestPath []string // as transcripts

	dialog  *script.Dialog
	witness map[string]*path
}

// Witness is what a person does, and what hosts and events bring, to come to
// a step of the dialog; it reports whether any path comes there. Of a dialog
// that needs facts it leaves out how those were set.
func (s *Summary) Witness(step string) ([]dialogs.Input, bool) {
	p, ok := s.witness[step]
	if !ok {
		return nil, false
	}
	return p.inputs(), true
}

// Walk takes the engine along Witness, with a host that lists what the path
// wants listed.
func (s *Summary) Walk(lib *script.Library, step string) (dialogs.Run, error) {
	p, ok := s.witness[step]
	if !ok {
		return dialogs.Run{}, fmt.Errorf("walk %s: no path comes to %s", s.Name, step)
	}
	return p.walked(lib, s.dialog)
}

// Transcript is Witness as a conversation.
func (s *Summary) Transcript(step string) []string {
	if p, ok := s.witness[step]; ok {
		return p.transcript(s.dialog)
	}
	return nil
}

// Report is what Prove found: the findings, most serious first, and a summary
// of each dialog.
type Report struct {
	Findings []Finding
	Dialogs  []Summary
}

// Prove proves every dialog of a library.
func Prove(lib *script.Library, opts Options) *Report {
	names := lib.Names()
	proofs := make([]*proof, len(names))
	for i, name := range names {
		d, _ := lib.Dialog(name)
		proofs[i] = &proof{lib: lib, d: d, opts: &opts, begun: begun(lib, &opts, name)}
	}
	each(proofs, (*proof).promises)
	conclude(proofs, &opts)
	each(proofs, func(p *proof) {
		p.counts()
		p.strange()
	})
	r := &Report{Findings: calls(lib, &opts)}
	for _, p := range proofs {
		r.Findings = append(r.Findings, p.findings...)
		r.Dialogs = append(r.Dialogs, p.summary)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(slices.Index(gravity, a.Rule), slices.Index(gravity, b.Rule)),
			strings.Compare(a.At.File, b.At.File),
			cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Column, b.At.Column),
			strings.Compare(a.What, b.What),
		)
	})
	// A called dialog shows the same in each that calls it.
	r.Findings = slices.CompactFunc(r.Findings, func(a, b Finding) bool {
		return a.Rule == b.Rule && a.At == b.At && a.What == b.What
	})
	return r
}

// each does some part of all proofs, several at a time.
func each(proofs []*proof, part func(*proof)) {
	var wait sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, p := range proofs {
		wait.Go(func() {
			room <- struct{}{}
			part(p)
			<-room
		})
	}
	wait.Wait()
}

// begun reports that the program begins the dialog, or that nothing calls it.
func begun(lib *script.Library, opts *Options, name string) bool {
	if name == opts.Help || slices.Contains(opts.Entries, name) || slices.Contains(opts.Asides, name) {
		return true
	}
	return len(callers(lib, name)) == 0
}

// callers is the dialogs whose own steps call one.
func callers(lib *script.Library, name string) []string {
	var all []string
	for _, n := range lib.Names() {
		d, _ := lib.Dialog(n)
		if slices.ContainsFunc(d.Steps, func(s *script.Step) bool { return s.Op == script.Call && s.Home == n && s.Name == name }) {
			all = append(all, n)
		}
	}
	return all
}

// calls checks who begins and calls whom.
func calls(lib *script.Library, opts *Options) []Finding {
	var out []Finding
	need := func(name, what string) {
		if _, ok := lib.Dialog(name); !ok {
			out = append(out, Finding{Rule: RuleCalls, Dialog: name, At: script.Place{File: "dialogs/" + name + ".yaml"},
				What: fmt.Sprintf("there is no dialog %s, %s", name, what), Mend: fmt.Sprintf("write dialogs/%s.yaml", name)})
		}
	}
	for _, name := range opts.Entries {
		need(name, "and the program begins it")
	}
	for _, name := range opts.Asides {
		need(name, "and it can be asked for at every question")
	}
	if opts.Help != "" && !slices.Contains(opts.Asides, opts.Help) {
		need(opts.Help, "and it is what “I need help now” opens")
	}
	for _, name := range lib.Names() {
		if name == opts.Help || slices.Contains(opts.Entries, name) || slices.Contains(opts.Asides, name) || len(callers(lib, name)) > 0 {
			continue
		}
		d, _ := lib.Dialog(name)
		out = append(out, Finding{Rule: RuleCalls, Severity: Warning, Dialog: name, At: d.At,
			What: fmt.Sprintf("nobody begins or calls the dialog %s", name), Mend: "call it, or delete the file"})
	}
	return out
}

// proof is the proof of one dialog.
type proof struct {
	lib      *script.Library
	d        *script.Dialog
	opts     *Options
	begun    bool
	m        *model
	findings []Finding
	summary  Summary
	most     *path // the path with the most questions so far
	least    *path // and the fewest
	replayed int
}

// promises proves what one dialog by itself can keep or break.
func (p *proof) promises() {
	p.m = newModel(p.d, p.opts)
	p.summary = Summary{Name: p.d.Name, Steps: len(p.d.Steps), Facts: len(p.d.Facts), Structural: p.d.Longest, dialog: p.d, witness: make(map[string]*path)}
	for _, s := range p.d.Steps {
		if s.Question() {
			p.summary.Questions++
		}
	}
	p.summary.Paths = p.m.paths()
	p.reach()
	p.endless()
	p.waits()
	p.unset()
	p.pick()
	p.consent()
	p.help()
	p.leaks()
}

func (p *proof) tell(f Finding) {
	f.Dialog = p.d.Name
	p.findings = append(p.findings, f)
}

// undecided reports a question that the budget did not suffice for.
func (p *proof) undecided(at script.Place, what string) {
	p.tell(Finding{Rule: RuleUndecided, At: at, What: "undecided: " + what, Mend: simpler})
}

const simpler = "make the dialog simpler: part it, or let fewer conditions hang together"

// own reports a step of the dialog's own file. Those of called dialogs are
// judged where they stand.
func (p *proof) own(s *script.Step) bool { return s.Home == p.d.Name }

// shows is the transcript of a path as it comes to a step.
func (p *proof) shows(found *path, step *script.Step) []string {
	p.compare(found)
	return found.upTo(step.Index).transcript(p.d)
}
