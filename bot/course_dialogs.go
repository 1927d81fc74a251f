package bot

import (
	"strconv"
	"strings"

	"anteroom/bot/care"
)

// This file is which dialog belongs to a thing of the course of care, and what its
// texts ask for.

// dialogOf is the dialog of a thing and what its texts ask for.
func (t *talk) dialogOf(rec *caseRecord, a Asks) (string, map[string]string) {
	c, id, form := rec.Case, t.me(), t.tongue().form
	params := map[string]string{"therapist": t.w.p.nameOf(rec.therapist())}
	if a.Deed == offerLess {
		params["about"] = t.text("less." + string(a.Cadence))
		return lessDialog, params
	}
	switch a.Cadence {
	case care.CadenceSittings:
		name, ok := c.NextSitting(id)
		if !ok {
			return "", nil
		}
		return string(name), params
	case care.CadencePulse:
		return "pulse", params
	case care.CadenceMeasures:
		return measuresDialog(t.w.p.Rules.Between.Measures), params
	case care.CadenceAssignments, care.CadenceReport:
		g, ok := c.Assignment(care.AssignmentID(a.Ref))
		if !ok {
			return "", nil
		}
		params["assignment"] = t.w.p.Plays.Title(g.Library, form)
		if a.Cadence == care.CadenceAssignments {
			params["assignment.text"] = t.w.p.Plays.Words(g.Library, g.Variant, form)
			return assignmentDialog, params
		}
		if extra := t.w.p.Plays.Extra(g.Library, form); extra != "" {
			params["extra"] = extra
		}
		return reportDialog, params
	case care.CadenceGoals:
		params["goals"] = goalLines(c.GoalsOf(id, false))
		return "goals-agree", params
	case care.CadenceReview:
		var ids []string
		for i, g := range c.GoalsOf(id, true) {
			if i == len(goalWords) {
				break
			}
			params["goal."+goalWords[i]] = g.Words
			ids = append(ids, strconv.Itoa(int(g.ID)))
		}
		params[paramGoals] = strings.Join(ids, ",")
		return "goal-review", params
	case care.CadenceEnding:
		params["goals"], params[paramGoodbye] = goalLines(c.GoalsOf(id, true)), rec.Goodbye
		return endingDialog, params
	case care.CadenceBoosters:
		params["signs"] = t.signLines(c.SignsOf(id))
		return "booster", params
	case care.CadenceWaitlist:
		d, _ := c.Last()
		who, _ := t.w.p.Therapist(d.Therapist)
		return "still-waiting", map[string]string{"date": t.dayOr(d.Date, who.NextOpening), "window": t.dayOr(d.WriteBy, "")}
	case care.CadenceSessions:
		s, ok := c.Session(care.SessionID(a.Ref))
		if !ok {
			return "", nil
		}
		params["therapist"] = t.w.p.nameOf(s.Therapist)
		if a.Deed == care.DeedFollowUp {
			return missedDialog, params
		}
		times := make([]string, len(s.Offered))
		for i, at := range s.Offered {
			times[i] = strconv.FormatInt(at, 10)
		}
		params["times"], params[paramExpires] = strings.Join(times, ","), strconv.FormatInt(s.Expires, 10)
		return "session-times", params
	}
	return "", nil
}

// therapist is who treats the case.
func (r *caseRecord) therapist() care.TherapistID {
	for i := len(r.Case.Sessions) - 1; i >= 0; i-- {
		if by := r.Case.Sessions[i].Therapist; by != "" {
			return by
		}
	}
	if d, ok := r.Case.Last(); ok && d.Therapist != "" {
		return d.Therapist
	}
	return r.Case.Holder.By
}

// measuresDialog is the dialog that asks the instruments which a practice chose.
func measuresDialog(chosen []care.Instrument) string {
	if len(chosen) == 1 {
		return string(chosen[0])
	}
	for _, i := range chosen {
		if i == care.PHQ9 || i == care.GAD7 {
			return "mood-long"
		}
	}
	return "mood"
}

// measured are the instruments that a dialog asks.
var measured = map[string][]care.Instrument{
	"mood": {care.PHQ2, care.GAD2}, "mood-long": {care.PHQ9, care.GAD7},
	"phq2": {care.PHQ2}, "gad2": {care.GAD2}, "phq9": {care.PHQ9}, "gad7": {care.GAD7},
	"pulse": {care.Bother, care.Content},
}

func goalLines(goals []care.Goal) string {
	var lines []string
	for _, g := range goals {
		lines = append(lines, "• "+g.Words)
	}
	return strings.Join(lines, "\n")
}

// signLines are a person's signs, those of the practice's list in their language.
func (t *talk) signLines(signs []care.Sign) string {
	labels := make(map[string]string)
	if list, ok := t.w.p.Library.List("signs"); ok {
		for _, o := range list.In(t.tongue().form).All {
			labels[o.ID] = o.Label
		}
	}
	var lines []string
	for _, s := range signs {
		words := s.Words
		if s.Listed != "" {
			words = labels[s.Listed]
		}
		if words != "" {
			lines = append(lines, "• "+words)
		}
	}
	return strings.Join(lines, "\n")
}
