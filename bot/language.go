package bot

import (
	"slices"
	"strings"
)

// tongue is the language of the conversation.
func (t *talk) tongue() *tongue { return t.w.p.speech.tongue(t.c.Lang) }

// speak goes on in another language: what is open is asked again in it, with
// what was chosen so far. Without a language the person may choose one, and
// nothing else changes.
func (t *talk) speak(lang string) error {
	if lang == "" {
		t.offerLanguages()
		return nil
	}
	t.c.Lang = lang
	t.phrase("language.now")
	if err := t.noteLanguage(); err != nil {
		return err
	}
	return t.again()
}

// startIn begins a conversation in the language that was asked for, or lets the
// person choose one.
func (t *talk) startIn(lang string) error {
	if lang != "" {
		t.c.Lang = lang
	}
	if err := t.begin(intakeDialog, nil); err != nil {
		return err
	}
	if lang == "" {
		t.offerLanguages()
	}
	return t.close()
}

// offerLanguages shows the languages by their own names. The buttons stand
// beside those of the open question, which stay as they are.
func (t *talk) offerLanguages() {
	ways := t.marks(universalStep, 0)
	var row []Button
	for _, g := range t.w.p.speech.tongues {
		row = append(row, Button{Label: g.name, Data: ways.of(universalLanguage + g.lang), Always: true})
	}
	t.send(Text{Text: t.text("language.choose"), Buttons: slices.Collect(slices.Chunk(row, 2))}, parcel{class: Prompt})
}

// offerOthers says under the first message how to go on in another language, in
// each of them.
func (t *talk) offerOthers() {
	var lines []string
	for _, g := range t.w.p.speech.tongues {
		if g != t.tongue() {
			lines = append(lines, g.say("language.offer"))
		}
	}
	for i, p := range t.w.out.parcels {
		if first, ok := p.body.(Text); ok && len(lines) > 0 && p.to == t.c.To {
			first.Text += "\n\n" + strings.Join(lines, "\n")
			t.w.out.parcels[i].body = first
			return
		}
	}
}

// noteLanguage tells the therapists of an open case in which language the
// client writes now.
func (t *talk) noteLanguage() error {
	if t.c.Case == "" || t.c.Seat != 0 { // a partner's stands in their own record
		return nil
	}
	rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil || rec.Case.Settled() || rec.Case.Language == t.language() {
		return err
	}
	rec.Case.Language = t.language()
	return t.w.keepCase(rec)
}

// language is the language of the conversation as a case notes it: empty for
// the one that therapists read.
func (t *talk) language() string {
	if g := t.tongue(); g.lang != baseLanguage {
		return g.lang
	}
	return ""
}
