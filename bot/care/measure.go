package care

import (
	"fmt"
	"slices"
	"time"
)

// Instrument is something that is measured with figures.
type Instrument string

// The published questionnaires that may be embedded without a licence, word
// for word, and the practice's own scales from 0 to 10.
//
// Sources: PHQ-9, K. Kroenke, R. L. Spitzer, J. B. W. Williams, J Gen Intern
// Med 16 (2001), 606–613. PHQ-2, the same, Med Care 41 (2003), 1284–1292.
// GAD-7, Spitzer, Kroenke, Williams, B. Löwe, Arch Intern Med 166 (2006),
// 1092–1097. GAD-2, Kroenke and others, Ann Intern Med 146 (2007), 317–325.
const (
	PHQ2 Instrument = "phq2"
	GAD2 Instrument = "gad2"
	PHQ9 Instrument = "phq9"
	GAD7 Instrument = "gad7"

	Bother  Instrument = "bother"  // own scale: how much it bothered, 0 to 10
	Content Instrument = "content" // own scale: how content with the two of them, or with oneself
)

// Instruments are the questionnaires.
func Instruments() []Instrument { return []Instrument{PHQ2, GAD2, PHQ9, GAD7} }

// Items is how many questions an instrument has: each is answered 0 to 3, an
// own scale's one 0 to 10. It is 0 for one that is not known.
func (i Instrument) Items() int {
	switch i {
	case PHQ2, GAD2:
		return 2
	case GAD7:
		return 7
	case PHQ9:
		return 9
	case Bother, Content:
		return 1
	default:
		return 0
	}
}

func (i Instrument) most() int {
	if i == Bother || i == Content {
		return 10
	}
	return 3
}

// Most is the highest score.
func (i Instrument) Most() int { return i.Items() * i.most() }

// Label is the name as therapists write it.
func (i Instrument) Label() string {
	switch i {
	case PHQ2:
		return "PHQ-2"
	case GAD2:
		return "GAD-2"
	case PHQ9:
		return "PHQ-9"
	case GAD7:
		return "GAD-7"
	case Bother:
		return "distress"
	case Content:
		return "contentment"
	default:
		return plain(i)
	}
}

// Left marks an item that was not answered.
const Left = -1

// item9 is where the PHQ-9 asks for thoughts of being better off dead, or of
// hurting oneself.
const item9 = 8

// ReadAnswers reads the items of a questionnaire from facts: phq_1 to phq_9,
// gad_1 to gad_7. What is not there, or not one of the four answers, is Left.
func ReadAnswers(i Instrument, facts map[string]string) []int {
	f := factReader(facts)
	out := make([]int, i.Items())
	for n := range out {
		switch i {
		case PHQ2, PHQ9:
			out[n] = four(f, fmt.Sprintf("phq_%d", n+1))
		case GAD2, GAD7:
			out[n] = four(f, fmt.Sprintf("gad_%d", n+1))
		case Bother, Content:
			out[n] = Left
			if v := f.number("pulse_"+string(i), 10); v.Known {
				out[n] = v.N
			}
		}
	}
	return out
}

func four(f factReader, id string) int {
	return slices.Index([]string{"not-at-all", "several-days", "more-than-half", "nearly-every-day"}, f[id])
}

// Score adds up the answers. It returns ErrRange for an instrument, a number of
// answers or an answer that cannot be, and ErrMissing when an item was left
// out: then there is no score. Nothing is filled in.
func Score(i Instrument, answers []int) (int, error) {
	if i.Items() == 0 || len(answers) != i.Items() {
		return 0, fmt.Errorf("score %q: %w", i, ErrRange)
	}
	sum, left := 0, false
	for _, a := range answers {
		if a == Left {
			left = true
			continue
		}
		if a < 0 || a > i.most() {
			return 0, fmt.Errorf("score %q: %w", i, ErrRange)
		}
		sum += a
	}
	if left {
		return 0, fmt.Errorf("score %q: %w", i, ErrMissing)
	}
	return sum, nil
}

// Measure is one time that somebody was measured. One with an item left out
// has no score and is kept all the same.
type Measure struct {
	Instrument Instrument  `cbor:"1,keyasint"`
	Person     PersonID    `cbor:"2,keyasint"`
	At         int64       `cbor:"3,keyasint"`
	Answers    []int       `cbor:"4,keyasint,omitempty"`
	Score      int         `cbor:"5,keyasint,omitempty"`
	Scored     bool        `cbor:"6,keyasint,omitempty"`
	By         TherapistID `cbor:"7,keyasint,omitempty"` // entered by a therapist, who used a licensed form
}

// mostMeasures are kept of each instrument and person: weekly, for ten years.
const mostMeasures = 520

// Measured returns the scores that a person had with an instrument in this
// turn, oldest first.
func (c Case) Measured(i Instrument, id PersonID) []Point {
	var out []Point
	for _, m := range c.Measures {
		if m.Instrument == i && m.Person == id && m.Scored && m.At >= c.Episode.Since {
			out = append(out, Point{m.At, float64(m.Score)})
		}
	}
	return out
}

// Measure keeps the answers of a person and returns what a therapist must hear
// of (the flags are added to the case). Item 9 of the PHQ-9 above 0 is a crisis
// alert of the case, with a score or without, and however the practice set its
// rules. It returns ErrRange, and keeps nothing, for answers that cannot be; an
// item that was left out is no error.
//
// A rise is counted from the lowest score of this turn since the therapist was
// last told of one, so that a slow rise is told of as a fast one is, and each
// once.
func (c *Case) Measure(i Instrument, id PersonID, answers []int, r AlertRules, at time.Time) ([]Flag, error) {
	score, err := Score(i, answers)
	missing := err != nil && slices.Contains(answers, Left) && len(answers) == i.Items() && i.Items() > 0 &&
		!slices.ContainsFunc(answers, func(a int) bool { return a < Left || a > i.most() })
	if err != nil && !missing {
		return nil, err
	}
	if c.Status == Erased || c.person(id) == nil {
		return nil, fmt.Errorf("measure, case %s: %w", c.ID, ErrNotPossible)
	}
	m := Measure{Instrument: i, Person: id, At: at.Unix(), Answers: slices.Clone(answers), Score: score, Scored: !missing}
	var flags []Flag
	if i == PHQ9 && answers[item9] > 0 {
		flags = append(flags, Flag{Name: FlagItem9, To: answers[item9]})
		c.crisis(id, at)
	}
	if m.Scored {
		flags = append(flags, c.rise(m, r)...)
	}
	c.keepMeasure(m)
	if i == Bother || i == Content {
		c.Heard(CadencePulse, id, 0, at)
	} else {
		c.Heard(CadenceMeasures, id, 0, at)
	}
	return c.flag(flags, i, id, at), nil
}

// crisis alarms the on-call, unless the dialog that asked has done so already:
// a crisis alert that nobody has acknowledged, or of the last hour, is the
// same one.
func (c *Case) crisis(id PersonID, at time.Time) {
	for _, a := range c.Alerts {
		if a.Name == AlertCrisis && a.Seat == id.Seat() && (a.Open() || at.Unix()-a.At < int64(time.Hour/time.Second)) {
			return
		}
	}
	if c.Alert(AlertCrisis, at) == nil {
		c.Alerts[len(c.Alerts)-1].Seat = id.Seat()
	}
}

// EnterScore keeps a score that a therapist took with a form of their own, say
// a licensed one. It raises nothing: the therapist has it before them.
func (c *Case) EnterScore(name string, id PersonID, score int, by TherapistID, at time.Time) error {
	if c.Status == Erased || by == "" || !idForm.MatchString(name) || Instrument(name).Items() != 0 || score < 0 || score > 1000 || c.person(id) == nil {
		return fmt.Errorf("enter a score, case %s: %w", c.ID, ErrNotPossible)
	}
	c.keepMeasure(Measure{Instrument: Instrument(name), Person: id, At: at.Unix(), Score: score, Scored: true, By: by})
	return nil
}

func (c *Case) keepMeasure(m Measure) {
	kept, n := slices.Clone(c.Measures), 0
	for i := len(kept) - 1; i >= 0; i-- {
		if kept[i].Instrument == m.Instrument && kept[i].Person == m.Person {
			if n++; n >= mostMeasures {
				kept = slices.Delete(kept, i, i+1)
			}
		}
	}
	c.Measures, c.Updated = append(kept, m), m.At
}

// rise is what a score, which is not yet kept, tells a therapist.
func (c Case) rise(m Measure, r AlertRules) []Flag {
	earlier := c.Measured(m.Instrument, m.Person)
	told := int64(0)
	for _, f := range c.Flags {
		if f.Name == FlagRise && f.Instrument == m.Instrument && f.Person == m.Person {
			told = max(told, f.At)
		}
	}
	switch m.Instrument {
	case PHQ2, GAD2:
		if m.Score >= r.Screen {
			return []Flag{{Name: FlagScreen, To: m.Score}}
		}
	case PHQ9, GAD7:
		by := r.PHQ9
		if m.Instrument == GAD7 {
			by = r.GAD7
		}
		lowest, known := 0, false
		for _, p := range earlier {
			if p.At >= told && (!known || int(p.Value) < lowest) {
				lowest, known = int(p.Value), true
			}
		}
		if known && m.Score-lowest >= by {
			return []Flag{{Name: FlagRise, From: lowest, To: m.Score}}
		}
	case Bother:
		// Twice: this rating and the one before are both so far above what was
		// usual before them. Usual is the middle one of the last five, so that
		// one good day is not what two ordinary ones are measured by.
		if len(earlier) < 2 || earlier[len(earlier)-1].At <= told {
			return nil
		}
		before := earlier[len(earlier)-1]
		usual := middle(earlier[max(0, len(earlier)-6) : len(earlier)-1])
		if min(m.Score, int(before.Value))-usual >= r.Distress {
			return []Flag{{Name: FlagRise, From: usual, To: m.Score}}
		}
	}
	return nil
}

// middle is the median of the values, the lower one of two.
func middle(points []Point) int {
	values := make([]int, len(points))
	for i, p := range points {
		values[i] = int(p.Value)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// FlagName is what a therapist is told of in the course of care. A flag is no
// [Alert]: it calls nobody at night, and stands on the brief and the home page
// until a therapist has seen it.
type FlagName string

const (
	FlagScreen   FlagName = "screen"   // PHQ-2 or GAD-2 at the cut-off
	FlagItem9    FlagName = "item-9"   // and a crisis alert beside it
	FlagRise     FlagName = "rise"     // a score, or own distress, went up
	FlagPain     FlagName = "pain"     // in a report
	FlagPressure FlagName = "pressure" // in a report
	FlagUnsaid   FlagName = "unsaid"   // in a report: one of the two, and nobody knows which
	FlagReports  FlagName = "reports"  // missed in a row
	FlagSilent   FlagName = "silent"   // a question stood unanswered until the therapist was told
	FlagLate     FlagName = "late"     // a session was cancelled after the limit
	FlagLeft     FlagName = "left"     // the client stopped
)

// Flag is one thing that a therapist is told of.
type Flag struct {
	Name       FlagName    `cbor:"1,keyasint"`
	Person     PersonID    `cbor:"2,keyasint"`
	At         int64       `cbor:"3,keyasint"`
	Instrument Instrument  `cbor:"4,keyasint,omitempty"`
	From       int         `cbor:"5,keyasint,omitempty"`
	To         int         `cbor:"6,keyasint,omitempty"`
	Cadence    CadenceName `cbor:"7,keyasint,omitempty"` // of silent
	SeenBy     TherapistID `cbor:"8,keyasint,omitempty"`
	SeenAt     int64       `cbor:"9,keyasint,omitempty"`
}

// mostFlags are kept, the newest.
const mostFlags = 100

// flag adds flags to the case, with whose and when, and returns them so.
func (c *Case) flag(flags []Flag, i Instrument, id PersonID, at time.Time) []Flag {
	for n := range flags {
		flags[n].Instrument, flags[n].Person, flags[n].At = i, id, at.Unix()
	}
	if len(flags) > 0 {
		all := slices.Concat(c.Flags, flags)
		c.Flags, c.Updated = all[max(0, len(all)-mostFlags):], at.Unix()
	}
	return flags
}

// Raise adds a flag of something that happened outside the measures, and
// returns it.
func (c *Case) Raise(name FlagName, id PersonID, at time.Time) []Flag {
	return c.flag([]Flag{{Name: name}}, "", id, at)
}

// OpenFlags are those that nobody has seen, oldest first.
func (c Case) OpenFlags() []Flag {
	return slices.DeleteFunc(slices.Clone(c.Flags), func(f Flag) bool { return f.SeenBy != "" })
}

// SeeFlags notes that a therapist has seen every flag so far; it reports
// whether there was one to see.
func (c *Case) SeeFlags(by TherapistID, at time.Time) bool {
	flags, news := slices.Clone(c.Flags), false
	for i := range flags {
		if flags[i].SeenBy == "" {
			flags[i].SeenBy, flags[i].SeenAt, news = by, at.Unix(), true
		}
	}
	if news {
		c.Flags, c.Updated = flags, at.Unix()
	}
	return news
}

// Line is the flag in a therapist's words. It says what happened and gives no
// reading of it.
func (f Flag) Line() string {
	switch f.Name {
	case FlagScreen:
		return fmt.Sprintf("%s %d of %d", f.Instrument.Label(), f.To, f.Instrument.Most())
	case FlagItem9:
		return fmt.Sprintf("PHQ-9, item 9: %d of 3; the on-call was alerted", f.To)
	case FlagRise:
		return fmt.Sprintf("%s up from %d to %d", f.Instrument.Label(), f.From, f.To)
	case FlagPain:
		return "pain in a report; assignments are on hold"
	case FlagPressure:
		return "pressure in a report; assignments are on hold"
	case FlagUnsaid:
		return "pain or pressure in a report; assignments are on hold"
	case FlagReports:
		return "reports missed in a row"
	case FlagSilent:
		return "no answer to: " + plain(f.Cadence)
	case FlagLate:
		return "a session was cancelled late"
	case FlagLeft:
		return "the client stopped"
	default:
		return plain(f.Name)
	}
}
