package bot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// This file is what the answers in the dialogs of the course of care do to the
// case.

// courseOver brings the answers of a dialog to the case.
func (t *talk) courseOver(run dialogs.Run, turn dialogs.Turn) error {
	s := CaseSubject(t.c.Case)
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return err
	}
	a := t.asksOf(rec, run)
	if turn.Outcome == courseLater { // it waits for a private moment
		return t.awaits(a)
	}
	alerts := len(rec.Case.Alerts)
	switch err := t.courseAnswered(rec, run, turn, a); {
	case errors.Is(err, care.ErrWithdrawn), errors.Is(err, care.ErrHeld), errors.Is(err, care.ErrExpired):
		return t.gone(rec, a)
	case errors.Is(err, care.ErrNotPossible):
		t.phrase("stale-button")
		return nil
	case err != nil:
		return err
	}
	if len(rec.Case.Alerts) > alerts {
		t.w.calls(s, rec)
	}
	t.w.audit(rec.Case.ID, t.who(), "answered: "+run.Dialog)
	if err := t.w.saysGoodbye(rec); err != nil {
		return err
	}
	return t.w.keepCase(rec)
}

// courseAnswered is what each dialog's answers do to the case.
func (t *talk) courseAnswered(rec *caseRecord, run dialogs.Run, turn dialogs.Turn, a Asks) error {
	c, id, now, facts := &rec.Case, t.me(), t.w.now, forCase(turn.Facts)
	news := func(what string) { t.w.notice(fmt.Sprintf("%s: %s", c.ID, what)) }
	if turn.Outcome != coursePassed {
		c.Keep(run.Dialog, id, a.assignment(), facts, now)
	}
	switch run.Dialog {
	case "story", "body-tried", "hopes":
		if turn.Outcome == coursePassed {
			facts = nil
		}
		if err := c.Sit(care.SittingName(run.Dialog), id, facts, now); err != nil || facts == nil || run.Dialog != "hopes" {
			return err
		}
		_, err := t.measures(rec, []care.Instrument{care.PHQ2, care.GAD2}, facts)
		return err
	case "mood", "mood-long", "phq2", "gad2", "phq9", "gad7", "pulse":
		flags, err := t.measures(rec, measured[run.Dialog], facts)
		if err != nil {
			return err
		}
		c.Heard(a.Cadence, id, 0, now)
		if len(flags) > 0 {
			news("an answer to a check-in needs a look.")
		}
	case assignmentDialog:
		switch turn.Outcome {
		case "asked":
			news("the client has a question about what they were given." + wrote(facts["assignment_words"]))
		case "not-now":
			news("the client would rather not do now what they were given; it is taken back.")
			return c.Withdraw(care.AssignmentID(a.Ref), now)
		}
	case reportDialog:
		if turn.Outcome == coursePassed {
			c.Heard(a.Cadence, id, a.Ref, now)
			return nil
		}
		r := care.ReadReport(facts)
		if r.Person = id; r.Done == "" && !r.Serious() { // nothing was understood
			c.Heard(a.Cadence, id, a.Ref, now)
			return nil
		}
		flags, err := c.Report(care.AssignmentID(a.Ref), r, now)
		if err != nil {
			return err
		}
		if len(flags) > 0 {
			news("a report needs a look: assignments are on hold until you lift it.")
		}
	case "goals-agree":
		c.Heard(a.Cadence, id, 0, now)
		if turn.Outcome == "agreed" {
			c.AgreeGoals(id, now)
			return nil
		}
		news("the client would like to talk about the goals." + wrote(facts["goals_words"]))
	case "goal-review":
		c.Heard(a.Cadence, id, 0, now)
		if next := facts["goals_next"]; next == "change" || next == "talk" {
			news("the client would like to talk about the goals." + wrote(facts["goals_next_words"]))
		}
		levels := make(map[care.GoalID]care.Attained)
		for i, one := range strings.Split(run.Params[paramGoals], ",") {
			n, err := strconv.Atoi(one)
			if level, ok := care.ReadAttained(facts["goal_"+goalWords[min(i, len(goalWords)-1)]]); err == nil && ok {
				levels[care.GoalID(n)] = level
			}
		}
		return c.RateGoals(id, levels, now)
	case endingDialog:
		return t.ended(rec, turn)
	case "booster":
		return t.boosted(rec, turn)
	case "still-waiting":
		c.Heard(a.Cadence, id, 0, now)
		kind := care.ReplyKind(turn.Outcome)
		if err := c.Reply(kind, "", now); err != nil {
			return err
		}
		if kind != care.WillWait {
			news("the client on the waitlist answered.")
			return t.w.release(rec, "")
		}
	case "session-times":
		return t.timed(rec, turn, a)
	case lessDialog:
		if mode, ok := lessModes[turn.Outcome]; ok {
			news("the client chose how often to be asked.")
			return c.AskLess(a.Cadence, id, mode, now)
		}
	case missedDialog:
		news("the client answered about the session that they missed.")
	}
	return nil
}

// wrote says where words of a client are read; no word of theirs is in it.
func wrote(words string) string {
	if words == "" {
		return ""
	}
	return " Their words are in the case, under What they told."
}

const (
	lessDialog       = "ask-less"
	assignmentDialog = "assignment"
	missedDialog     = "missed"
	endingDialog     = "ending"
)

// lessModes are the answers to how often to ask.
var lessModes = map[string]care.QuietMode{"less": care.QuietLess, "never": care.QuietStop, "as-before": ""}

const reportDialog = "report"

// putsHold puts assignments on hold as soon as a report tells of pain or of
// pressure: it may never come to its end.
func (t *talk) putsHold(turn dialogs.Turn) error {
	r := care.ReadReport(forCase(turn.Facts))
	if !r.Serious() || t.c.Case == "" {
		return nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil || !rec.Case.PutHold("", t.w.now) {
		return err
	}
	t.w.notice(string(rec.Case.ID) + ": something in a report that is being written needs a look: assignments are on hold until you lift it.")
	t.w.keepQuietly(rec)
	return nil
}

// measures keeps the figures of the instruments that were answered.
func (t *talk) measures(rec *caseRecord, all []care.Instrument, facts map[string]string) (flags []care.Flag, err error) {
	for _, i := range all {
		answers := care.ReadAnswers(i, facts)
		if !answeredAny(answers) {
			continue
		}
		more, err := rec.Case.Measure(i, t.me(), answers, t.w.p.Rules.Alerts, t.w.now)
		if err != nil {
			return nil, err
		}
		flags = append(flags, more...)
	}
	return flags, nil
}

func answeredAny(answers []int) bool {
	for _, a := range answers {
		if a != care.Left {
			return true
		}
	}
	return false
}

// timed takes the choice of a time.
func (t *talk) timed(rec *caseRecord, turn dialogs.Turn, a Asks) error {
	id := care.SessionID(a.Ref)
	s, ok := rec.Case.Session(id)
	if !ok {
		return fmt.Errorf("session %d: %w", id, care.ErrNotPossible)
	}
	if s.State != care.SessionOffered || t.w.now.Unix() >= s.Expires {
		return care.ErrExpired
	}
	start, err := strconv.ParseInt(turn.Facts.Text("slot"), 10, 64)
	if turn.Outcome != "picked" || err != nil {
		if err := rec.Case.DeclineTimes(id, t.w.now); err != nil {
			return err
		}
		t.w.notice(string(rec.Case.ID) + ": the times do not suit the client; it is your turn again.")
		return t.w.free(rec.Case.ID, &rec.Case, id)
	}
	load, err := t.w.caseload(s.Therapist)
	if err != nil {
		return err
	}
	if err := load.Keep(rec.Case.ID, id, start, t.w.now); err != nil {
		t.phrase("session.taken")
		return t.awaits(a)
	}
	if err := rec.Case.ChooseTime(id, start, t.w.now); err != nil {
		return err
	}
	t.w.keepLoad(s.Therapist, load)
	t.w.tellAll(rec, sessionConfirmed, s, t.me())
	s, _ = rec.Case.Session(id)
	return t.calendar(rec, s)
}

// tellAll tells everybody of the case about a session, but the one who knows.
func (w *world) tellAll(rec *caseRecord, what care.Deed, s care.Session, knows care.PersonID) {
	for _, id := range rec.Case.Attends(s) {
		if id == knows {
			continue
		}
		w.asks(rec, care.Due{Deed: what, Cadence: care.CadenceSessions, Person: id, Ref: int(s.ID)})
	}
}

// ended takes the list of signs, and the boosters that the person wants.
func (t *talk) ended(rec *caseRecord, turn dialogs.Turn) error {
	c, id, now, f := &rec.Case, t.me(), t.w.now, turn.Facts
	c.Heard(care.CadenceEnding, id, 0, now)
	if turn.Outcome == coursePassed {
		return nil
	}
	if words := f.Text("ending_changed") + f.Text("ending_helped") + f.Text("ending_first"); words != "" {
		t.w.notice(string(c.ID) + ": the client looked back on the work." + wrote(words))
	}
	var signs []care.Sign
	for _, listed := range f.List("ending_signs") {
		if listed != "other" {
			signs = append(signs, care.Sign{Person: id, Listed: listed, At: now.Unix()})
		}
	}
	if own := f.Text("ending_signs_words"); own != "" {
		signs = append(signs, care.Sign{Person: id, Words: own, At: now.Unix()})
	}
	if err := c.SetSigns(id, signs, now); err != nil {
		return err
	}
	var chosen []care.Period
	offered := BoostersOffered(t.w.p.Library)
	for _, answer := range f.List(factBoosters) { // they stand for the practice's own, in their order
		if i := slices.Index(offered, answer); i >= 0 && i < len(t.w.p.Rules.Boosters) {
			chosen = append(chosen, t.w.p.Rules.Boosters[i])
		}
	}
	if err := c.OptIn(id, chosen, t.w.p.Rules, now); err != nil {
		return err
	}
	switch {
	case f.Text("ending_data") != "erase-chat":
	case len(chosen) > 0: // the notes need the chat: what stands in it goes
		t.sweep()
	default:
		return t.interrupt(forgetDialog)
	}
	return nil
}

const factBoosters = "ending_boosters"

// BoostersOffered are the answers by which the ending offers boosters, one for each
// that the practice has, in their order; none where it does not ask.
func BoostersOffered(lib *script.Library) []string {
	if d, ok := lib.Dialog(endingDialog); ok {
		for _, s := range d.Steps {
			if s.Op == script.Ask && s.Into != nil && s.Into.Name == factBoosters {
				return s.Into.Values
			}
		}
	}
	return nil
}

// boosted takes the answer to a booster; whoever wants a session is back.
func (t *talk) boosted(rec *caseRecord, turn dialogs.Turn) error {
	reply := care.BoosterReply(turn.Outcome)
	if err := rec.Case.AnswerBooster(t.me(), reply, t.w.now); err != nil {
		return err
	}
	if reply == care.BoosterSome {
		t.w.notice(string(rec.Case.ID) + ": an answer to a booster needs a look." + wrote(turn.Facts.Text("booster_words")))
	}
	if reply != care.BoosterSession {
		if rec.Case.SettleBoosters(t.w.p.Rules, t.w.now) { // that was the last
			err := t.w.move(rec, care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
			if !errors.Is(err, care.ErrNotPossible) { // it may be closed already
				return err
			}
		}
		return nil
	}
	t.w.notice(string(rec.Case.ID) + ": the client would like a session after a booster.")
	return t.w.move(rec, care.MoveReturn, care.Mover{As: care.RoleClient, Round: care.AnyRound})
}

// saysGoodbye moves a case on whose people have all answered the ending, once
// no session is left: to the boosters that they chose, or to its close.
func (w *world) saysGoodbye(rec *caseRecord) error {
	c := &rec.Case
	if c.Episode.At() != care.PhaseEnded {
		return nil
	}
	if _, meets := c.NextSession(w.now); meets {
		return nil
	}
	boosters := false
	for _, id := range c.Here() {
		if !c.Answered(care.CadenceEnding, id) {
			return nil
		}
	}
	for _, b := range c.Boosters {
		boosters = boosters || b.Turn == c.Episode.Turn && b.State == care.BoosterPlanned
	}
	if boosters {
		return w.move(rec, care.MoveBoost, care.Mover{As: care.RoleClient, Round: care.AnyRound})
	}
	return w.move(rec, care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
}
