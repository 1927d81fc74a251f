package bot

import (
	"slices"
	"strings"

	"anteroom/bot/care"
	"anteroom/bot/record"
	"anteroom/dialogs"
	"anteroom/dialogs/safety"
)

// Ways from what a person is shown of their record: the files, and who looked.
const (
	universalFiles = "files"
	universalLooks = "looks"
)

// recordPhrases are the keys of the sentences of this file and of [account].
var recordPhrases = []string{
	"mydata-head.open", "mydata-notes", "mydata-safety", "mydata-files", "mydata-looks", "mydata-looks-none", "btn.mydata.files", "btn.mydata.looks",
	"record.title", "record.title.release", "record.made", "record.locked", "record.told", "record.call", "record.noticed", "record.nothing", "record.decisions", "record.releases", "record.looks",
	"record.decision.offer", "record.decision.wait", "record.decision.colleague", "record.decision.refer", "record.decision.ask", "record.decision.call",
	"record.decision.date", "record.reply", "record.reply.picked", "record.reply.other",
}

// wayToRecord is the command that a button below the record or the releases
// stands for.
func (t *talk) wayToRecord(data string) (command, arg string) {
	ways := t.marks(universalStep, 0)
	for _, u := range []string{universalFiles, universalLooks, universalNewRelease} {
		if ways.on(data, u) {
			return u, ""
		}
	}
	for n := range care.MostReleases {
		if number := itoa(n + 1); ways.on(data, universalRevoke+"/"+number) {
			return universalRevoke, number
		}
	}
	return "", ""
}

// mydata shows what was told. Answers about safety are among it only after the
// PIN; otherwise they never stand in a chat again. What tells of violence never
// does: it is said where to ask for it. (Rule book, sections 9 and 12.)
func (t *talk) mydata() error {
	r, err := t.record()
	if err != nil {
		return err
	}
	if len(r.Sections) == 0 && t.c.Case == "" {
		t.phrase("mydata-empty")
		return t.again()
	}
	var told, decided, allowed []string
	for _, s := range r.Sections {
		if s.Older {
			continue // it is in the files
		}
		if strings.HasPrefix(s.ID, courseSection) {
			told = append(told, "", s.Title)
		}
		for _, i := range s.Items {
			if !i.Opening {
				told = append(told, t.line(i))
			}
		}
	}
	for _, e := range r.Decisions {
		decided = append(decided, strings.TrimSpace(e.When+": "+e.Text+" "+e.Note))
	}
	for _, l := range r.Releases {
		allowed = append(allowed, l.Text)
	}
	head := "mydata-head"
	if t.unlocked() {
		head = "mydata-head.open"
	}
	ways := t.marks(universalStep, 0)
	parts := []string{t.text(head)}
	for _, lines := range [][]string{told, decided, allowed} {
		if len(lines) > 0 {
			parts = append(parts, strings.Join(lines, "\n"))
		}
	}
	parts = append(parts, t.text("mydata-notes"), t.text("mydata-safety"), t.text("mydata-foot"))
	t.send(Text{Text: strings.Join(parts, "\n\n"), Buttons: [][]Button{{
		{Label: t.text("btn.mydata.files"), Data: ways.of(universalFiles), Always: true},
		{Label: t.text("btn.mydata.looks"), Data: ways.of(universalLooks), Always: true},
	}}}, parcel{class: Prompt})
	return t.again()
}

// line is an answer in a chat: its short name, and what was answered. Safety
// answers have no short name and come with their question.
func (t *talk) line(i record.Item) string {
	var answers, own []string
	for _, a := range i.Answers {
		if a.Own {
			own = append(own, a.Text)
		} else {
			answers = append(answers, a.Text)
		}
	}
	short := i.Short
	if short == "" {
		short = i.Question
	}
	answer := dialogs.Isolate(strings.Join(answers, ", "), short)
	if len(own) > 0 {
		answer += " (" + dialogs.Isolate(strings.Join(own, ", "), short) + ")"
	}
	return short + ": " + answer
}

// record is what the person told and was told, as far as it may be shown now.
// Nothing of anybody else's is in it.
func (t *talk) record() (record.Record, error) {
	a := account{t: t, may: forChat}
	if t.unlocked() {
		a.may = afterPIN
	}
	var err error
	if t.c.Case != "" {
		if a.rec, err = read[caseRecord](t.w, CaseSubject(t.c.Case)); err != nil {
			return record.Record{}, err
		}
	}
	if t.c.Seat != 0 {
		if a.partner, err = t.partner(); err != nil {
			return record.Record{}, err
		}
	}
	r := a.empty("record.title", "client")
	if !t.unlocked() {
		r.Page.Notes = append(r.Page.Notes, t.text("record.locked"))
	}
	r.Page.Notes = append(r.Page.Notes, t.text("mydata-notes"), t.text("mydata-safety"))
	ids := make(map[string]bool)
	for _, run := range t.c.Runs {
		turn, err := dialogs.Step(t.w.p.Library, run, dialogs.Begin{}, t.w.now, t.tongue().form, t.host)
		if err != nil {
			return r, err
		}
		id := run.Dialog
		if ids[id] {
			id += "-" + run.Params[paramRun]
		}
		ids[id] = true
		if s, any := a.section(id, t.text("record.told"), turn.Answered()); any {
			r.Sections = append(r.Sections, s)
		}
	}
	noticed := t.c.Noticed
	switch {
	case a.partner != nil:
		noticed = slices.Concat(a.partner.Noticed, noticed)
		a.call(&r)
		a.course(&r, t.me())
	case a.ours():
		noticed = slices.Concat(a.rec.Case.Noticed, noticed)
		a.call(&r)
		a.course(&r, t.me())
	}
	a.found(&r, noticed)
	if a.ours() {
		r.Decisions, r.Releases = a.decisions(t.c.Told), a.releases() // one under way to the chat is told there first
	}
	before, err := t.earlier()
	for i, rec := range before {
		a := account{t: t, rec: rec, may: a.may}
		var old record.Record
		a.fromCase(&old)
		a.found(&old, rec.Case.Noticed)
		for _, s := range old.Sections {
			s.ID, s.Title = s.ID+"-"+itoa(i+1), s.Title+" ("+string(rec.Case.ID)+")"
			r.Sections = append(r.Sections, s)
		}
		r.Decisions = append(r.Decisions, a.decisions(t.w.now.Unix())...)
	}
	slices.SortStableFunc(r.Decisions, func(a, b record.Event) int { return a.At.Compare(b.At) })
	return r, err
}

// found adds the words that the screen found to what the person is shown, after
// their PIN.
func (a account) found(r *record.Record, all []care.Notice) {
	if a.t.unlocked() {
		a.noticed(r, slices.DeleteFunc(slices.Clone(all), a.t.w.p.tellsOfViolence), false)
	}
}

// tellsOfViolence reports that words do, whatever else they were noticed for.
func (p *Practice) tellsOfViolence(n care.Notice) bool {
	violent := func(f safety.Finding) bool {
		return f.Class == safety.IPV || f.Class == safety.Child || strings.HasPrefix(f.Rule, assaulted)
	}
	return violent(safety.Finding{Class: safety.Class(n.Class), Rule: n.Rule}) || slices.ContainsFunc(p.Screen.Screen(n.Words), violent)
}

// ours reports that the case is this person's own. Partners share a case, and
// what was told to the first of them is nothing for the others.
func (a account) ours() bool {
	return a.rec != nil && len(a.rec.Chats) > 0 && a.rec.Chats[0] == a.t.self
}

// files sends the record as files: a page to read and print, FHIR, and all of
// it for a program. Their names say nothing of what they are about.
func (t *talk) files() error {
	r, err := t.record()
	if err != nil {
		return err
	}
	if len(r.Sections) == 0 && t.c.Case == "" {
		t.phrase("mydata-empty")
		return t.again()
	}
	if r.Looks, err = t.looks(); err != nil {
		return err
	}
	t.phrase("mydata-files")
	for _, f := range RecordForms() {
		data, err := f.Write(r)
		if err != nil {
			return err
		}
		t.send(Document{Name: f.File, Type: f.Type, Data: data}, parcel{class: Prompt})
	}
	return t.again()
}

// RecordForm is one form in which a record is written out.
type RecordForm struct {
	Name, File, Type string
	Write            func(record.Record) ([]byte, error)
}

// RecordForms are the forms that there are.
func RecordForms() []RecordForm {
	return []RecordForm{
		{"html", "record.html", "text/html", record.HTML},
		{"fhir", "record.fhir.json", "application/fhir+json", record.FHIR},
		{"json", "record.json", "application/json", record.JSON},
	}
}

// lookers shows who looked at the case.
func (t *talk) lookers() error {
	lines, err := t.looks()
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		t.phrase("mydata-looks-none")
		return t.again()
	}
	t.send(Text{Text: t.text("mydata-looks") + "\n\n" + strings.Join(lines, "\n")}, parcel{class: Prompt})
	return t.again()
}

func joined(ids []string) string { return strings.Join(ids, ",") }
