package bot

import (
	"strconv"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/record"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// account writes out what is kept of one client in the language of a
// conversation: for the client themselves, for a therapist, or for somebody
// whom the client allowed to be told.
type account struct {
	t   *talk
	rec *caseRecord // nil where there is no case
	// partner is what somebody said who joined the case, where it is theirs.
	partner *care.Partner
	// may says what of an answer the reader may have: the answer, and the words
	// of one's own beside it.
	may func(a dialogs.Answered) (answer, own bool)
}

// everything lets the reader have all that there is.
func everything(dialogs.Answered) (answer, own bool) { return true, true }

// forChat lets out what may stand in a chat; see [dialogs.Answered.Private].
func forChat(a dialogs.Answered) (answer, own bool) {
	return !a.Private(), a.OwnFact == nil || !a.OwnFact.NeverIn("chat")
}

// afterPIN lets out what may stand in a chat whose owner gave their PIN: all but
// what tells of violence.
func afterPIN(a dialogs.Answered) (answer, own bool) {
	lets := func(f *script.Fact, value string) bool { return f == nil || !care.TellsOfViolence(f.Name, value) }
	return lets(a.Fact, a.Value), lets(a.OwnFact, a.Own)
}

// byRelease lets out what the client allowed.
func byRelease(r care.Release) func(dialogs.Answered) (answer, own bool) {
	return func(a dialogs.Answered) (answer, own bool) {
		lets := func(f *script.Fact) bool { return f != nil && r.Lets(f.Name) || r.LetsAll() }
		return lets(a.Fact), lets(a.OwnFact)
	}
}

// empty is the record without answers. The client is named by a pseudonym that
// is no key of the store, and another one for each reader.
func (a account) empty(title, reader string) record.Record {
	t := a.t
	of := string(t.self)
	if t.self.Kind() == "case" && len(a.rec.Chats) > 0 {
		of = string(a.rec.Chats[0])
	}
	r := record.Record{
		Subject:  t.w.root.Pseudonym("record", string(t.w.ev.Practice), of, reader),
		Language: t.tongue().lang, Status: record.Unfinished, Made: t.w.now,
		Page: record.Page{Title: t.text(title), Notes: []string{t.text("record.made", "moment", t.tongue().moment(t.w.now, t.zone()))},
			Decisions: t.text("record.decisions"), Releases: t.text("record.releases"), Looks: t.text("record.looks"), Nothing: t.text("record.nothing")},
	}
	if a.rec != nil {
		r.Case = string(a.rec.Case.ID)
		if a.rec.Case.Submitted != 0 {
			r.Status, r.Sent = record.Complete, time.Unix(a.rec.Case.Submitted, 0).UTC()
		}
	}
	return r
}

// section is a group of answers, those that the reader may have; false when
// there is none.
func (a account) section(id, title string, answers []dialogs.Answered) (record.Section, bool) {
	s := record.Section{ID: id, Title: title}
	for _, one := range answers {
		answer, own := a.may(one)
		if item := a.item(one, answer, own); len(item.Answers) > 0 {
			s.Items = append(s.Items, item)
		}
	}
	return s, len(s.Items) > 0
}

func (a account) item(one dialogs.Answered, answer, own bool) record.Item {
	i := record.Item{ID: one.Step, Question: one.Ask, Short: one.Short, Kind: record.Kind(one.Type.String())}
	if one.Fact != nil {
		i.Fact = one.Fact.Name
		i.Opening = one.Fact.BeforeConsent && one.Short == ""
	}
	if one.At != 0 {
		i.At = time.Unix(one.At, 0).UTC()
	}
	switch {
	case !answer:
	case one.Chosen != nil:
		for _, o := range one.Chosen {
			i.Answers = append(i.Answers, record.Answer{Text: o.Label, Code: o.ID})
		}
	default:
		v := record.Answer{Text: one.Label}
		if n, err := strconv.Atoi(one.Value); err == nil && one.Type.Counts() {
			v.Number = &n
			if one.Type == script.Money {
				v.Currency = a.t.w.p.Fees.Currency
			}
		}
		if one.Type == script.Date {
			v.Code = one.Value
		}
		i.Answers = append(i.Answers, v)
	}
	if own && one.Own != "" {
		i.Answers = append(i.Answers, record.Answer{Text: one.Own, Own: true})
	}
	return i
}

// fromCase are the sections of a case: the answers that it holds, and the wish
// to be called.
func (a account) fromCase(r *record.Record) {
	c := a.rec.Case
	form := a.t.tongue().form
	answers := dialogs.AnswersFrom(a.t.w.p.Library, intakeDialog, c.Facts, form, a.t.host)
	for i := range answers {
		answers[i].At = c.Submitted
	}
	if s, any := a.section(intakeDialog, a.t.text("record.told"), answers); any {
		r.Sections = append(r.Sections, s)
	}
	a.call(r)
	a.course(r, care.TheClient)
}

// call adds the wish to be called, unless it stands among the answers already.
func (a account) call(r *record.Record) {
	for _, s := range r.Sections {
		for _, i := range s.Items {
			if i.Fact == "phone" {
				return
			}
		}
	}
	answers := a.wishToBeCalled()
	if s, any := a.section(sideDialogs["call"], a.t.text("record.call"), answers); any {
		r.Sections = append(r.Sections, s)
	}
}

func (a account) wishToBeCalled() []dialogs.Answered {
	var call care.CallRequest
	switch {
	case a.partner != nil:
		call = a.partner.Call
	case a.rec != nil:
		call = a.rec.Case.Call
	}
	if call.At == 0 {
		return nil
	}
	facts := map[string]string{"phone": call.Phone, "when": joined(call.When), "voicemail": "no-voicemail"}
	if call.Voicemail {
		facts["voicemail"] = "voicemail-ok"
	}
	answers := dialogs.AnswersFrom(a.t.w.p.Library, sideDialogs["call"], facts, a.t.tongue().form, a.t.host)
	for i := range answers {
		answers[i].At = call.At
	}
	return answers
}

// ofPartner is the part of a partner in the record of a case: what they said, for
// those who may read it all.
func (a account) ofPartner(p care.Seated) record.Record {
	t := a.t
	a.partner = &p.Partner
	r := record.Record{
		Case:     string(a.rec.Case.ID),
		Subject:  t.w.root.Pseudonym("record", string(t.w.ev.Practice), string(partnerSubject(a.rec.Case.ID, uint8(p.No))), "practice"),
		Language: t.tongue().lang, Status: record.Unfinished, Made: t.w.now,
		Page: record.Page{Title: "Partner " + strconv.Itoa(p.No), Nothing: t.text("record.nothing")},
	}
	if p.Sent != 0 {
		r.Status, r.Sent = record.Complete, time.Unix(p.Sent, 0).UTC()
	}
	answers := dialogs.AnswersFrom(t.w.p.Library, partnerDialog, p.Facts, t.tongue().form, t.host)
	for i := range answers {
		answers[i].At = p.Sent
	}
	if s, any := a.section(partnerDialog, t.text("record.told"), answers); any {
		r.Sections = append(r.Sections, s)
	}
	a.call(&r)
	a.course(&r, care.PersonIn(uint8(p.No)))
	a.noticed(&r, p.Noticed, true)
	return r
}

// noticed adds the words in which the screen found something, and for therapists
// what it took them for.
func (a account) noticed(r *record.Record, found []care.Notice, classes bool) {
	s := record.Section{ID: "noticed", Title: a.t.text("record.noticed")}
	for i, n := range found {
		at := time.Unix(n.At, 0).UTC()
		asked := a.t.tongue().moment(at, a.t.zone())
		if classes {
			asked = n.Class + ", " + asked
		}
		s.Items = append(s.Items, record.Item{ID: strconv.Itoa(i + 1), Question: asked, Kind: record.Text, Answers: []record.Answer{{Text: n.Words}}, At: at})
	}
	if len(s.Items) > 0 {
		r.Sections = append(r.Sections, s)
	}
}

// decisions are those of the case up to a moment, in unix seconds, and what the
// client answered last. A therapist's reasons and a partner's words are none of
// it.
func (a account) decisions(until int64) []record.Event {
	if a.rec == nil {
		return nil
	}
	t, c := a.t, a.rec.Case
	event := func(at int64, what, text, note string) record.Event {
		return record.Event{At: time.Unix(at, 0).UTC(), When: t.tongue().moment(time.Unix(at, 0), t.zone()), What: what, Text: text, Note: note}
	}
	var out []record.Event
	for _, d := range c.Decisions {
		if d.At > until {
			continue
		}
		by, _ := t.w.p.Therapist(d.By)
		with, ok := t.w.p.Therapist(d.Therapist)
		if !ok {
			with = by
		}
		var times []string
		for _, at := range d.Times {
			times = append(times, t.tongue().moment(time.Unix(at, 0), t.zone()))
		}
		key := "record.decision." + string(d.Kind)
		if d.Kind == care.Colleague && len(d.Times) > 0 {
			key = "record.decision.offer"
		}
		text := t.text(key, "therapist", by.Name, "colleague", with.Name, "times", t.tongue().list(times))
		if d.Kind == care.Wait && d.Date != "" {
			text += " " + t.text("record.decision.date", "date", t.tongue().window(string(d.Date), "", time.UTC))
		}
		for _, name := range d.Names {
			text += "\n" + name
		}
		out = append(out, event(d.At, string(d.Kind), text, d.Note))
	}
	if r := c.Answer; r.At != 0 {
		text, note := t.text("record.reply"), r.Value
		switch r.Kind {
		case care.Picked:
			text, note = t.text("record.reply.picked", "times", t.tongue().window(r.Value, "", t.zone())), ""
		case care.Answered, care.Others:
		default:
			text = t.text("record.reply.other")
		}
		out = append(out, event(r.At, "reply", text, note))
	}
	return out
}

// releases are what the client allowed to be told, and what was told by it.
func (a account) releases() []record.Release {
	if a.rec == nil {
		return nil
	}
	var out []record.Release
	for _, l := range a.rec.Releases {
		r := record.Release{Number: l.Number, To: l.To, Why: l.Why, Until: string(l.Until), Given: time.Unix(l.Given, 0).UTC(), Text: a.t.releaseLine(l)}
		for _, f := range l.Fields {
			r.Fields = append(r.Fields, string(f))
		}
		if l.Revoked != 0 {
			r.Revoked = time.Unix(l.Revoked, 0).UTC()
		}
		for _, sent := range l.Sent {
			r.Sent = append(r.Sent, a.t.text("release.sent", "moment", a.t.tongue().moment(time.Unix(sent.At, 0), a.t.zone())))
		}
		out = append(out, r)
	}
	return out
}
