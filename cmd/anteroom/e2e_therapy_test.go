package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/care"
)

// roster is that of testdata/minute.
var roster = []care.TherapistID{"ana", "ruth", "sam", "noor", "lena", "theo", "mira", "jonas"}

// therapyMost is for a machine that is busy with other things; it takes a minute.
const therapyMost = 4 * time.Minute

// killsMost ends the killing on a machine on which a life takes seconds to begin.
const killsMost = 90 * time.Second

// patients go through a whole therapy at once, each with two therapists.
const patients = 4

// minuteStage is the practice of testdata/minute, which has seconds where others
// have weeks.
func minuteStage(t *testing.T, kind string) *stage {
	t.Helper()
	return stageOf(t, kind, "minute", func(folder string) {
		if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "minute"))); err != nil {
			t.Fatal(err)
		}
	})
}

// looks is a service that only looks at cases and posts acts, as the commands do.
func (s *stage) looks(ctx context.Context) *bot.Service {
	s.t.Helper()
	p := &program{stdout: os.Stdout, stderr: os.Stderr, now: time.Now}
	service, done, err := p.service(ctx, config{Practice: filepath.Join(s.dir, "practice"), Store: s.store, KeyFile: filepath.Join(s.dir, "root.key"),
		LogLevel: "error", LogFormat: "text"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(done)
	return service
}

// therapies lets all patients go the whole way, and returns how each case ends.
// hands are those of the first carers; all others post what they do.
func (s *stage) therapies(ctx context.Context, seed uint64, lead time.Duration, killings int, hands ...steerer) ([]*carer, []*patient, []care.Case) {
	t := s.t
	t.Helper()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	service := s.looks(ctx)
	var count atomic.Int64
	var all, others sync.WaitGroup
	over, end := context.WithCancel(ctx)

	people, carers := make([]*patient, patients), make([]*carer, patients)
	troubles := make([]error, patients)
	for i := range people {
		p := newPatient(i, s.telegram, &count)
		c := &carer{stage: s, post: service.PostAct, lead: lead, by: roster[2*i], the: roster[2*i+1]}
		if i < len(hands) {
			c.hand, c.undoes = hands[i], i == 0
		}
		people[i], carers[i] = p, c
		others.Go(func() { p.live(over) })
		all.Go(func() {
			if troubles[i] = c.treats(ctx, p); troubles[i] != nil {
				cancel(fmt.Errorf("client %d failed", i))
			}
		})
	}
	killed := 0
	all.Go(func() { killed = s.killed(ctx, seed, &count, killings) })
	all.Wait()
	for i, err := range troubles {
		if err != nil {
			t.Errorf("%v\ncase %s", err, carers[i].id)
		}
	}
	if t.Failed() {
		end()
		others.Wait()
		t.Fatalf("the log ends:\n%s", tailOf(s.process.said(), 6000))
	}
	cases := make([]care.Case, patients)
	for i, c := range carers {
		for {
			v, err := service.LookAs(ctx, c.id, "test")
			if err != nil {
				t.Fatal(err)
			}
			if cases[i] = v.Case; v.Case.Episode.At() == care.PhaseClosed {
				break
			}
			if err := pauseFor(ctx, 200*time.Millisecond); err != nil {
				t.Fatalf("client %d: the case stays at %s: %v\n%s", i, v.Case.Episode.At(), err, people[i].tail(20))
			}
		}
	}
	end()
	others.Wait()
	if killed < killings/5 {
		t.Errorf("the process was killed %d times, want %d", killed, killings)
	}
	t.Logf("%d clients made %d moves; %d lives of the process, %d of them killed", patients, count.Load(), s.process.lives, killed)
	return carers, people, cases
}

// killed kills the process at random moments and starts it again.
func (s *stage) killed(ctx context.Context, seed uint64, count *atomic.Int64, times int) (killed int) {
	rnd := rand.New(rand.NewPCG(seed, 9))
	for until := time.Now().Add(killsMost); killed < times && time.Now().Before(until); {
		if _, err := s.process.ready(ctx); err != nil {
			return killed
		}
		// At once, in the middle of what the clients do, or while all is quiet.
		moved, most := count.Load()+rnd.Int64N(12), time.Now().Add(time.Duration(rnd.Int64N(int64(1500*time.Millisecond))))
		for count.Load() < moved && time.Now().Before(most) {
			if pause(ctx) != nil {
				return killed
			}
		}
		<-time.After(time.Duration(rnd.Int64N(int64(60 * time.Millisecond)))) // any moment of what is under way
		s.process.kill()
		if killed++; s.process.start() != nil {
			return killed
		}
	}
	return killed
}

// courseEnd is how every case of the rehearsal ends, whatever came between.
const courseEnd = `phases: accept>evaluation plan>planning start>middle reach>reached end>ended boost>booster finish>closed
sessions: evaluation happened, briefed; therapy happened, briefed
sittings: story body-tried hopes
observations: 1
goals: more ease at bedtime, agreed, rated
given: long-hug done, reports 1
measured: bother content phq2 gad2
boosters: 2s answered well; 4s answered well; 6s answered well; 8s answered well
flags: 0`

// endOf is a case as courseEnd tells it: what comes round is there or not.
func endOf(c care.Case) string {
	var phases, sessions, sittings, goals, given, measured, boosters []string
	for _, m := range c.Episode.History {
		phases = append(phases, fmt.Sprintf("%s>%s", m.Move, m.To))
	}
	for _, s := range c.Sessions {
		sessions = append(sessions, fmt.Sprintf("%s %s%s", s.Kind, s.State, when(s.Briefed != 0, ", briefed")))
	}
	for _, s := range c.Sittings {
		sittings = append(sittings, string(s.Name)+when(len(s.Facts) == 0, " (nothing told)"))
	}
	for _, g := range c.Goals {
		goals = append(goals, g.Words+when(g.Agreed != 0, ", agreed")+when(len(g.Ratings) > 0, ", rated"))
	}
	for _, a := range c.Given {
		given = append(given, fmt.Sprintf("%s %s, reports %d", a.Library, a.State, len(c.ReportsOn(a.ID))))
	}
	for _, i := range []care.Instrument{care.Bother, care.Content, care.PHQ2, care.GAD2} {
		if len(c.Measured(i, care.TheClient)) > 0 {
			measured = append(measured, string(i))
		}
	}
	for _, b := range c.Boosters {
		boosters = append(boosters, fmt.Sprintf("%s %s %s", b.After, b.State, b.Reply))
	}
	return fmt.Sprintf("phases: %s\nsessions: %s\nsittings: %s\nobservations: %d\ngoals: %s\ngiven: %s\nmeasured: %s\nboosters: %s\nflags: %d",
		strings.Join(phases, " "), strings.Join(sessions, "; "), strings.Join(sittings, " "), len(c.Observed), strings.Join(goals, "; "),
		strings.Join(given, "; "), strings.Join(measured, " "), strings.Join(boosters, "; "), len(c.Flags))
}

func when(is bool, words string) string {
	if is {
		return words
	}
	return ""
}

// comings are the messages that come of themselves, each with how often it comes
// in the rehearsal, 0 for one that comes round, and the phases in which it may.
// Those that are said are no reminders but words of a dialog that was opened.
var comings = []struct {
	words string
	times int
	in    []care.Phase
	said  bool
}{
	{"Some short questions from ", 3, []care.Phase{care.PhaseEvaluation}, false},
	{"Session with ", 4, []care.Phase{care.PhaseEvaluation, care.PhaseMiddle}, false},
	{" wrote down the goals", 1, []care.Phase{care.PhasePlanning}, true},
	{" chose something for you to try: ", 1, []care.Phase{care.PhaseMiddle}, false},
	{"How was “", 1, []care.Phase{care.PhaseMiddle}, false},
	{"A short check-in for ", 0, []care.Phase{care.PhaseMiddle, care.PhaseReached}, false},
	{"Let us look at your goals, one by one.", 0, []care.Phase{care.PhaseMiddle}, true},
	{" has times for a session.", 1, []care.Phase{care.PhaseMiddle}, false},
	{" are coming to the end of the work.", 1, []care.Phase{care.PhaseEnded}, true},
	{"You asked us to write about now, with your own signs.", 4, []care.Phase{care.PhaseBooster}, false},
}

// verifyCourse holds what a client heard against what must come: nothing twice,
// and nothing in a phase that it does not belong to. After kills a reminder may
// be missing, when nobody knows whether it came, and a brief for which it was
// too late; what is said may then stand there twice, one behind the other. More
// than that may not be.
func (s *stage) verifyCourse(p *patient, c care.Case, killed, undone bool) {
	t := s.t
	t.Helper()
	want := courseEnd
	if undone {
		want = strings.Replace(want, "plan>planning", "plan>planning >evaluation plan>planning", 1)
	}
	got := endOf(c)
	if killed { // no brief goes out once its session has begun, and in a rehearsal that is seconds later
		want, got = strings.ReplaceAll(want, ", briefed", ""), strings.ReplaceAll(got, ", briefed", "")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("client %d, case %s ends (-want +got):\n%s", p.n, c.ID, diff)
	}
	history := c.Episode.History
	within := func(phases []care.Phase, at int64) bool { // or it was on its way when the phase ended
		for i, m := range history {
			if slices.Contains(phases, m.To) && m.At <= at && (i+1 == len(history) || at <= history[i+1].At+2) {
				return true
			}
		}
		return false
	}
	for _, one := range comings {
		n, before := 0, ""
		for _, m := range p.user.Inbox() {
			again := killed && one.said && m.Text == before
			if before = m.Text; again || !strings.Contains(m.Text, one.words) || strings.Contains(m.Text, "how open may our reminders be") {
				continue
			}
			n++
			if one.in != nil && !within(one.in, m.At.Unix()) {
				t.Errorf("client %d: %q came at %s, outside of %s: %+v", p.n, m.Text, m.At.Format("05.0"), one.in, history)
			}
		}
		if n > one.times && one.times > 0 || n < one.times && !killed {
			t.Errorf("client %d: %q came %d times, want %d:\n%s", p.n, one.words, n, one.times, p.tail(400))
		}
	}
}

// TestTherapyInAMinute goes from the intake to the last booster with several
// clients at once, with the program as a process between the two messengers:
// everything comes once, and nothing in a phase that it does not belong to. One
// therapist steers in Slack, and takes a move back; one at the command line.
func TestTherapyInAMinute(t *testing.T) {
	for _, kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), therapyMost)
			defer cancel()
			s := minuteStage(t, kind)
			s.start(ctx)
			carers, people, cases := s.therapies(ctx, 0, 8*time.Second, 0, bySlack, byCommand)
			s.settled(ctx)
			for i, p := range people {
				s.verifyCourse(p, cases[i], false, carers[i].undoes)
			}
			if err := carers[0].reads(ctx); err != nil {
				t.Error(err)
			}
			s.stop()
		})
	}
}

// TestTherapyKilled: the same with the process killed by SIGKILL at fifty random
// moments. Nothing is lost, every case ends as it does without, and no reminder
// comes a second time.
func TestTherapyKilled(t *testing.T) {
	t.Parallel()
	times := 50
	switch {
	case testing.Short():
		times = 10
	case raced: // a life begins in three seconds then
		times = 20
	}
	ctx, cancel := context.WithTimeout(t.Context(), therapyMost)
	defer cancel()
	s := minuteStage(t, "redis")
	s.start(ctx)
	_, people, cases := s.therapies(ctx, 31, 16*time.Second, times)
	s.settled(ctx)
	for i, p := range people {
		s.verifyCourse(p, cases[i], true, false)
	}
	s.stop()
}
