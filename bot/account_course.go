package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/record"
	"anteroom/dialogs"
)

// courseSection begins the ids of the sections of the course of care.
const courseSection = "course"

// courseRecordPhrases are the keys of the sentences of this file.
var courseRecordPhrases = []string{"record.course", "record.course.told", "record.course.told.of", "record.sessions", "record.session", "record.session.off", "record.goals", "record.plays", "record.play"}

// course adds what one person told in the course of care, dialog by dialog, and
// what they know of it: their sessions, their goals, what they were given to try.
// Nothing of anybody else's is in it, and nothing that a therapist noted.
func (a account) course(r *record.Record, id care.PersonID) {
	if a.rec == nil {
		return
	}
	t, shown := a.t, a.rec.Case.Shown(id)
	known := record.Section{ID: courseSection, Title: t.text("record.course")}
	add := func(of, key string, lines []string) {
		label := t.text(key)
		if may, _ := a.may(dialogs.Answered{Short: label}); !may || len(lines) == 0 {
			return
		}
		item := record.Item{ID: of, Question: label, Short: label, Kind: record.Text}
		for _, l := range lines {
			item.Answers = append(item.Answers, record.Answer{Text: l})
		}
		known.Items = append(known.Items, item)
	}
	var sessions, goals, plays []string
	for _, s := range shown.Sessions {
		if s.Start == 0 {
			continue
		}
		key := "record.session"
		if s.State != care.SessionBooked && s.State != care.SessionHappened {
			key = "record.session.off"
		}
		sessions = append(sessions, t.text(key, "when", t.tongue().moment(time.Unix(s.Start, 0), t.zone()), "therapist", t.w.p.nameOf(s.Therapist)))
	}
	for _, g := range shown.Goals {
		goals = append(goals, g.Words)
	}
	for _, g := range shown.Assignments {
		plays = append(plays, t.text("record.play", "when", t.tongue().moment(time.Unix(g.Delivered, 0), t.zone()), "assignment", t.w.p.Plays.Title(g.Library, t.tongue().form)))
	}
	add("sessions", "record.sessions", sessions)
	add("goals", "record.goals", goals)
	add("plays", "record.plays", plays)
	if len(known.Items) > 0 {
		r.Sections = append(r.Sections, known)
	}
	type about struct {
		dialog     string
		assignment care.AssignmentID
	}
	last := make(map[about]int) // the newest of each dialog, and of each assignment
	for i, told := range a.rec.Case.ToldBy(id) {
		answers := dialogs.AnswersFrom(t.w.p.Library, told.Dialog, told.Facts, t.tongue().form, t.host)
		// What was pressed on the way, in the dialogs about safety above all, is no
		// part of a record: where it was asked would tell why.
		answers = slices.DeleteFunc(answers, func(one dialogs.Answered) bool { return one.Fact == nil || one.Fact.Keep != "record" })
		for n := range answers {
			answers[n].At = told.At
		}
		moment := t.tongue().moment(time.Unix(told.At, 0), t.zone())
		title := t.text("record.course.told", "moment", moment)
		if g, ok := a.rec.Case.Assignment(told.Assignment); ok {
			title = t.text("record.course.told.of", "moment", moment, "assignment", t.w.p.Plays.Title(g.Library, t.tongue().form))
		}
		s, any := a.section(fmt.Sprintf("%s-%d-%s", courseSection, i+1, told.Dialog), title, answers)
		if !any {
			continue
		}
		of := about{told.Dialog, told.Assignment}
		if at, again := last[of]; again {
			r.Sections[at].Older = true
		}
		last[of] = len(r.Sections)
		r.Sections = append(r.Sections, s)
	}
}

// steps are what happened to a case in the course of care and what its
// therapists noted, for a therapist.
func (a account) steps() (out []record.Event) {
	c, t := a.rec.Case, a.t
	event := func(at int64, what, text, note string) {
		out = append(out, record.Event{At: time.Unix(at, 0).UTC(), When: t.tongue().moment(time.Unix(at, 0), t.zone()), What: what, Text: text, Note: note})
	}
	for _, m := range c.Episode.History {
		by := ""
		if who, ok := t.w.p.Therapist(m.By); ok {
			by = ", by " + who.Name
		}
		event(m.At, "move", fmt.Sprintf("From %s to %s%s.", m.From, m.To, by), m.Why)
	}
	for _, o := range c.Observed {
		var figures []string
		for _, f := range []struct {
			name string
			n    int
		}{{"talkativeness", o.Talks}, {"insight", o.Insight}, {"motivation", o.Motivation}} {
			if f.n > 0 {
				figures = append(figures, fmt.Sprintf("%s %d of 5", f.name, f.n))
			}
		}
		text := "Observation by " + t.w.p.nameOf(o.By)
		if len(figures) > 0 {
			text += ": " + strings.Join(figures, ", ")
		}
		event(o.At, "observation", text+".", o.Note)
	}
	for _, f := range c.Flags {
		of := ""
		if seat := f.Person.Seat(); seat != 0 {
			of = ", of " + seatName(seat)
		}
		event(f.At, "flag", "To know: "+f.Line()+of+".", "")
	}
	return out
}
