package check_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// host lists options or none, by chance.
type host struct{ r *rand.Rand }

func (h host) Given(string, dialogs.Facts) string { return "given" }

func (h host) Options(string, dialogs.Facts) []script.Option {
	if h.r.IntN(4) == 0 {
		return nil
	}
	return []script.Option{{ID: "first", Label: "The first"}, {ID: "second", Label: "The second"}}
}

func (h host) Do(string, dialogs.Facts) (string, bool) { return "", false }

// proven is a dialog with what was proven of it.
type proven struct {
	lib *script.Library
	d   *script.Dialog
	sum *check.Summary
	// dead is where the report says that something never comes.
	dead map[script.Place]bool
}

func prove(lib *script.Library, opts check.Options) (map[string]proven, *check.Report) {
	r := check.Prove(lib, opts)
	out := make(map[string]proven)
	for i := range r.Dialogs {
		d, _ := lib.Dialog(r.Dialogs[i].Name)
		p := proven{lib, d, &r.Dialogs[i], make(map[script.Place]bool)}
		for _, f := range r.Findings {
			if f.Rule == check.RuleDead && f.Dialog == d.Name {
				p.dead[f.At] = true
			}
		}
		out[d.Name] = p
	}
	return out, r
}

// walk walks at random, with detours, and checks every step against the proof.
// It reports the questions of a walk that came to its end, else -1.
func (p proven) walk(seed uint64) (int, error) {
	r := rand.New(rand.NewPCG(seed, 9))
	h := host{r}
	run := dialogs.Run{Dialog: p.d.Name}
	put := func(in dialogs.Input) (dialogs.Turn, error) {
		turn, err := dialogs.Step(p.lib, run, in, time.Unix(0, 0), "en", h)
		run = turn.Run
		return turn, err
	}
	turn, err := put(dialogs.Begin{})
	for n := 0; err == nil && turn.Outcome == "" && n < 150; n++ {
		if q := turn.Open; q != nil {
			if err := p.questionFits(turn); err != nil {
				return -1, err
			}
		}
		turn, err = put(input(r, p.d, turn, n))
	}
	if err != nil {
		return -1, err
	}
	passed, err := dialogs.Passed(p.lib, run, "en")
	if err != nil {
		return -1, err
	}
	asked := 0
	for _, at := range passed {
		s := at.Step
		if s.Question() && at.Kind != dialogs.Answer && at.Kind != dialogs.Skipped && at.Kind != dialogs.Missed {
			continue
		}
		if s.Question() {
			asked++
		}
		if _, ok := p.sum.Witness(s.ID); !ok {
			return -1, fmt.Errorf("a walk passes %s, which the proof excludes", s.ID)
		}
		if p.dead[s.At] || at.Route >= 0 && p.dead[s.Routes[at.Route].At] {
			return -1, fmt.Errorf("a walk takes a way on from %s that the proof calls dead", s.ID)
		}
		for _, w := range s.Ways {
			if len(at.Answers) == 1 && w.Answer == at.Answers[0] && p.dead[w.At] {
				return -1, fmt.Errorf("a walk answers %s at %s, which the proof calls dead", w.Answer, s.ID)
			}
		}
	}
	if asked > p.sum.Longest {
		return -1, fmt.Errorf("a walk asks %d questions, and the proof allows %d", asked, p.sum.Longest)
	}
	if turn.Outcome == "" {
		return -1, nil
	}
	if asked < p.sum.Shortest {
		return -1, fmt.Errorf("a walk asks %d questions, and the proof wants %d", asked, p.sum.Shortest)
	}
	return asked, nil
}

// questionFits checks what is open.
func (p proven) questionFits(turn dialogs.Turn) error {
	if _, ok := p.sum.Witness(turn.Open.Step); !ok {
		return fmt.Errorf("a walk comes to %s, which the proof excludes", turn.Open.Step)
	}
	s, _ := p.d.Step(turn.Open.Step)
	if c := p.d.Consent; c != nil && s.Into != nil && !s.Into.BeforeConsent && !turn.Facts.Has(c.Name) {
		return fmt.Errorf("a walk is asked %s before consent", s.ID)
	}
	return nil
}

// input is something that a person or a host does next. The longer the walk,
// the fewer its detours.
func input(r *rand.Rand, d *script.Dialog, turn dialogs.Turn, n int) dialogs.Input {
	if turn.Waiting != "" {
		s, _ := d.Step(turn.Waiting)
		results := []string{"anything"}
		if s.Into != nil {
			results = s.Into.Values
		} else if len(s.Ways) > 0 {
			results = append(results, s.Ways[r.IntN(len(s.Ways))].Answer)
		}
		return dialogs.Result{Step: s.ID, Value: results[r.IntN(len(results))]}
	}
	q := turn.Open
	switch kind := r.IntN(20 + n); {
	case kind == 0:
		return dialogs.Back{}
	case kind == 1:
		return dialogs.Change{}
	case kind == 2:
		return dialogs.Skip{}
	case kind == 3:
		return dialogs.Words{Text: "something of my own"}
	case kind == 4 || r.IntN(12) == 0:
		return dialogs.Words{}
	}
	if len(q.Options) > 0 {
		if q.Multi && r.IntN(3) == 0 {
			return dialogs.Press{Answer: dialogs.PressDone}
		}
		return dialogs.Press{Answer: q.Options[r.IntN(len(q.Options))].ID}
	}
	words := []string{fmt.Sprint(r.IntN(100)), "something of my own", "555 0100 22", "2026-03-03"}
	return dialogs.Words{Text: words[r.IntN(len(words))]}
}

// walkAll walks many times, on all cores, and reports how many walks ended.
func walkAll(t *testing.T, p proven, walks int) int {
	t.Helper()
	var wait sync.WaitGroup
	ended := make([]int, runtime.GOMAXPROCS(0))
	for core := range ended {
		wait.Go(func() {
			for seed := core; seed < walks; seed += len(ended) {
				n, err := p.walk(uint64(seed))
				if err != nil {
					t.Errorf("%s, seed %d: %v", p.d.Name, seed, err)
					return
				}
				if n >= 0 {
					ended[core]++
				}
			}
		})
	}
	wait.Wait()
	total := 0
	for _, n := range ended {
		total += n
	}
	return total
}

// few divides the number of walks where they would take too long.
func few() int {
	if raced || testing.Short() {
		return 25
	}
	return 1
}

func shipped(t testing.TB) *script.Library {
	t.Helper()
	lib, err := script.Load(os.DirFS("../../../content"))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// TestWalksShipped walks every shipped dialog: no walk comes to what the proof
// excludes, none asks more questions or fewer than it allows, and every step
// that it calls reachable is reached by the inputs it gives.
func TestWalksShipped(t *testing.T) {
	t.Parallel()
	lib := shipped(t)
	proofs, report := prove(lib, options())
	for _, f := range report.Findings {
		if f.Rule == check.RuleInternal || f.Rule == check.RuleUndecided {
			t.Error(f.Error())
		}
	}
	for _, name := range lib.Names() {
		p := proofs[name]
		walks := 1500
		if name == "intake" {
			walks = 70_000
		}
		if len(p.d.Needs) == 0 {
			p.reaches(t)
			if n := walkAll(t, p, walks/few()); n < walks/few()/10 {
				t.Errorf("%s: only %d walks came to an end", name, n)
			}
		}
	}
}

// reaches walks to every step by the inputs of the proof.
func (p proven) reaches(t *testing.T) {
	t.Helper()
	reached := 0
	for _, s := range p.d.Steps {
		if _, ok := p.sum.Witness(s.ID); !ok {
			continue
		}
		reached++
		run, err := p.sum.Walk(p.lib, s.ID)
		if err != nil {
			t.Fatalf("%s: to %s: %v", p.d.Name, s.ID, err)
		}
		passed, err := dialogs.Passed(p.lib, run, "en")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(passed, func(at dialogs.Passage) bool { return at.Step == s }) {
			t.Errorf("%s: the inputs of the proof do not come to %s\n%s", p.d.Name, s.ID, strings.Join(p.sum.Transcript(s.ID), "\n"))
		}
	}
	if reached < len(p.d.Steps)*9/10 && p.d.Name != "t" {
		t.Errorf("%s: only %d of %d steps have a witness", p.d.Name, reached, len(p.d.Steps))
	}
}

// TestWalksGenerated does the same over generated dialogs, and where these
// are small enough to try everything, holds the proof against that: the same
// steps are reached, and the longest and the shortest path are the same.
func TestWalksGenerated(t *testing.T) {
	t.Parallel()
	dialogs, whole := 0, 0
	for seed := uint64(1); dialogs < 200/min(few(), 2); seed++ {
		lib := smallLibrary(t, seed)
		if lib == nil {
			continue
		}
		dialogs++
		proofs, report := prove(lib, check.Options{Entries: []string{"t"}})
		p := proofs["t"]
		for _, f := range report.Findings {
			if f.Rule == check.RuleInternal || f.Rule == check.RuleUndecided {
				t.Errorf("seed %d: %v", seed, f.Error())
			}
		}
		p.reaches(t)
		walkAll(t, p, 50)
		if p.triesAll(t, nil) {
			whole++
		}
		// The same where the host's answers follow from the facts.
		opts := check.Options{Entries: []string{"t"}, Host: check.Host{Calls: make(map[string]check.Call)}}
		for i := range 9 {
			call := fmt.Sprintf("call%d", i)
			opts.Host.Calls[call] = check.Call{Reads: []string{"c0", "m"}, Decide: func(facts map[string]string) []string {
				h := fnv.New32a()
				fmt.Fprint(h, seed, call, facts["c0"], facts["m"])
				return []string{[]string{"one", "two", "three"}[h.Sum32()%3]}
			}}
		}
		proofs, _ = prove(lib, opts)
		proofs["t"].triesAll(t, opts.Host.Calls)
		if t.Failed() {
			t.Fatalf("seed %d\n%s\n%s", seed, small(seed)["dialogs/t.yaml"].Data, small(seed)["dialogs/u.yaml"].Data)
		}
	}
	if whole < dialogs/2 {
		t.Errorf("only %d of %d dialogs were tried whole", whole, dialogs)
	}
}
