package care

import (
	"fmt"
	"slices"
	"time"
)

// BoosterState is where a booster stands.
type BoosterState string

const (
	BoosterPlanned  BoosterState = "planned"
	BoosterSent     BoosterState = "sent"     // it went out, once
	BoosterAnswered BoosterState = "answered" // see Reply
	BoosterSilent   BoosterState = "silent"   // nobody answered, which is an answer too
	BoosterStopped  BoosterState = "stopped"  // they want no more notes
)

// BoosterReply is what somebody answers to a booster; the values are the
// outcomes of its dialog.
type BoosterReply string

const (
	BoosterWell    BoosterReply = "well"
	BoosterSome    BoosterReply = "some-back"
	BoosterSession BoosterReply = "session"
	BoosterNoMore  BoosterReply = "no-more"
)

// Booster is one note after the ending that a person asked for. It belongs to
// one turn: when somebody comes back, a new turn begins, and what was still
// planned in the old one goes out no more.
type Booster struct {
	Person PersonID     `cbor:"1,keyasint"`
	Turn   int          `cbor:"2,keyasint,omitempty"`
	After  string       `cbor:"3,keyasint"` // a period, as in 6mo; with turn and person its name
	From   int64        `cbor:"4,keyasint"` // the ending, from which all of them count
	State  BoosterState `cbor:"5,keyasint"`
	Sent   int64        `cbor:"6,keyasint,omitempty"`
	Reply  BoosterReply `cbor:"7,keyasint,omitempty"`
	At     int64        `cbor:"8,keyasint,omitempty"` // of the last state
}

// Due is when the booster is to go out, on the clock of the person it is for.
// Each counts from the ending, so that no month end is lost on the way: after
// 31 August come 30 September, 30 November and 28 February. At what hour, and
// outside quiet hours, is the scheduler's to say.
func (b Booster) Due(zone *time.Location) time.Time {
	p, err := ParsePeriod(b.After)
	if err != nil {
		return time.Time{} // it was read from a practice's folder: cannot be
	}
	return p.After(time.Unix(b.From, 0).In(zone))
}

// OptIn plans the boosters that a person chose, replacing those of theirs that
// have not gone out; none takes them all away. It is possible from the ending
// on. It returns ErrNotPossible otherwise, and for one that the practice does
// not offer. Whether the case then moves to the boosters is the caller's
// [MoveBoost].
func (c *Case) OptIn(id PersonID, chosen []Period, r Rules, at time.Time) error {
	from, ended := c.Episode.Ended()
	if c.Status == Erased || !ended || !slices.Contains(c.Here(), id) || c.Episode.At() == PhaseClosed {
		return fmt.Errorf("opt in to boosters, case %s: %w", c.ID, ErrNotPossible)
	}
	kept := slices.DeleteFunc(slices.Clone(c.Boosters), func(b Booster) bool {
		return b.Person == id && b.Turn == c.Episode.Turn && b.State == BoosterPlanned
	})
	for _, p := range r.Boosters { // in the practice's order, each once
		if !slices.Contains(chosen, p) {
			continue
		}
		b := Booster{Person: id, Turn: c.Episode.Turn, After: p.String(), From: from.Unix(), State: BoosterPlanned, At: at.Unix()}
		if !slices.ContainsFunc(kept, func(o Booster) bool { return o.Person == id && o.Turn == b.Turn && o.After == b.After }) {
			kept = append(kept, b)
		}
	}
	for _, p := range chosen {
		if !slices.Contains(r.Boosters, p) {
			return fmt.Errorf("opt in to boosters, case %s: %w", c.ID, ErrNotPossible)
		}
	}
	c.Boosters, c.Updated = kept, at.Unix()
	return nil
}

func (c Case) booster(id PersonID, after string) int {
	return slices.IndexFunc(c.Boosters, func(b Booster) bool {
		return b.Person == id && b.Turn == c.Episode.Turn && b.After == after
	})
}

// SendBooster notes that a booster goes out. It returns ErrNotPossible when it
// has gone out before, is not planned or not due, or the boosters no longer run.
// Of several that could not go out in time only the last goes; for the others
// it is ErrNotPossible, and they are taken as silent: two at once would be a
// flood.
func (c *Case) SendBooster(id PersonID, after string, at time.Time) error {
	i := c.booster(id, after)
	if i < 0 || c.Boosters[i].State != BoosterPlanned || !c.Runs(CadenceBoosters, id, at) || at.Before(c.Boosters[i].Due(at.Location())) {
		return fmt.Errorf("send a booster of case %s: %w", c.ID, ErrNotPossible)
	}
	for _, b := range c.Boosters {
		if b.Person == id && b.Turn == c.Episode.Turn && b.State == BoosterPlanned &&
			b.Due(time.UTC).After(c.Boosters[i].Due(time.UTC)) && !at.Before(b.Due(at.Location())) {
			return fmt.Errorf("send a booster of case %s: a later one is due: %w", c.ID, ErrNotPossible)
		}
	}
	c.Boosters = slices.Clone(c.Boosters)
	for n := range c.Boosters {
		b := &c.Boosters[n]
		if n != i && b.Person == id && b.Turn == c.Episode.Turn && (b.State == BoosterSent || b.State == BoosterPlanned) &&
			b.Due(time.UTC).Before(c.Boosters[i].Due(time.UTC)) {
			b.State, b.At = BoosterSilent, at.Unix()
		}
	}
	b := &c.Boosters[i]
	b.State, b.Sent, b.At = BoosterSent, at.Unix(), at.Unix()
	c.Updated = at.Unix()
	return nil
}

// AnswerBooster takes the answer to the last booster that went out to a
// person, be it after the wait for it was over. After no-more nothing comes
// any more for them. After session the caller makes the [MoveReturn], which
// stops the boosters of everybody in the case. It returns ErrNotPossible when
// none went out. The last answer counts.
func (c *Case) AnswerBooster(id PersonID, reply BoosterReply, at time.Time) error {
	last := -1
	for i, b := range c.Boosters {
		if b.Person == id && b.Turn == c.Episode.Turn && b.Sent != 0 && (last < 0 || b.Sent >= c.Boosters[last].Sent) {
			last = i
		}
	}
	if last < 0 || !slices.Contains([]BoosterReply{BoosterWell, BoosterSome, BoosterSession, BoosterNoMore}, reply) {
		return fmt.Errorf("answer a booster of case %s: %w", c.ID, ErrNotPossible)
	}
	c.Boosters = slices.Clone(c.Boosters)
	b := &c.Boosters[last]
	b.State, b.Reply, b.At = BoosterAnswered, reply, at.Unix()
	c.Updated = at.Unix()
	if reply == BoosterNoMore {
		c.StopBoosters(id, at)
	}
	return nil
}

// StopBoosters ends what is still planned or waits for an answer for a person,
// or, with the empty id, for everybody. It reports whether there was anything.
func (c *Case) StopBoosters(id PersonID, at time.Time) bool {
	all, any := slices.Clone(c.Boosters), false
	for i := range all {
		b := &all[i]
		if (id == "" || b.Person == id) && (b.State == BoosterPlanned || b.State == BoosterSent) {
			b.State, b.At, any = BoosterStopped, at.Unix(), true
		}
	}
	if any {
		c.Boosters, c.Updated = all, at.Unix()
	}
	return any
}

// SettleBoosters ends the wait for answers that is over and reports whether
// nothing is left to send or to wait for: then the case may [MoveFinish].
func (c *Case) SettleBoosters(r Rules, at time.Time) (done bool) {
	all := slices.Clone(c.Boosters)
	done = true
	for i := range all {
		b := &all[i]
		if b.Turn != c.Episode.Turn {
			continue
		}
		if b.State == BoosterSent && !at.Before(r.BoosterFor.After(time.Unix(b.Sent, 0).In(at.Location()))) {
			b.State, b.At, c.Updated = BoosterSilent, at.Unix(), at.Unix()
		}
		done = done && b.State != BoosterPlanned && b.State != BoosterSent
	}
	c.Boosters = all
	return done
}
