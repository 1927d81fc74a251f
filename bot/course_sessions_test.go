package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"

	ics "github.com/arran4/golang-ical"
)

// files are the calendar files that came.
func (p *person) files() (events []*ics.VEvent, methods []string) {
	p.t.Helper()
	for _, d := range p.phone.to(p.chat) {
		file, ok := d.Body.(bot.Document)
		if !ok || file.Type != "text/calendar" {
			continue
		}
		cal, err := ics.ParseCalendar(strings.NewReader(string(file.Data)))
		if err != nil || len(cal.Events()) != 1 {
			p.t.Fatalf("a calendar file that cannot be read, or of %d events: %v", len(cal.Events()), err)
		}
		events = append(events, cal.Events()[0])
		for _, c := range cal.CalendarProperties {
			if c.IANAToken == string(ics.PropertyMethod) {
				methods = append(methods, c.Value)
			}
		}
	}
	return events, methods
}

func property(e *ics.VEvent, name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

// openly lets the person choose how open reminders are.
func (p *person) openly(label string) *person {
	p.t.Helper()
	p.says("/reminders").presses(label)
	p.hears()
	return p
}

// calm has somebody who was away come back, through the door.
func (p *person) calm() *person {
	p.t.Helper()
	p.settle()
	p.says("/start").finds(p.phrase("btn.door.yes"))
	p.hears()
	return p
}

// finds presses the last button of that label, under whichever message.
func (p *person) finds(label string) *person {
	p.t.Helper()
	for _, d := range slices.Backward(p.phone.to(p.chat)) {
		if body, ok := d.Body.(bot.Text); ok {
			for _, b := range slices.Concat(body.Buttons...) {
				if b.Label == label {
					return p.do(bot.Press{Data: b.Data})
				}
			}
		}
	}
	p.t.Fatalf("%s: no button %q was ever shown", p.chat, label)
	return p
}

// shown reports whether a button of that label ever was.
func (p *person) shown(label string) bool {
	return slices.ContainsFunc(p.phone.to(p.chat), func(d bot.Delivery) bool {
		body, ok := d.Body.(bot.Text)
		return ok && slices.ContainsFunc(slices.Concat(body.Buttons...), func(b bot.Button) bool { return b.Label == label })
	})
}

// learns checks that something that begins so was said since the last time.
func (p *person) learns(beginning string) *person {
	p.t.Helper()
	got := p.hears()
	if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, beginning) }) {
		p.t.Errorf("%s: got %q, want something that begins with %q", p.chat, got, beginning)
	}
	return p
}

// TestCalendarFile: what is set, moved and cancelled comes for the calendar as
// open as reminders are, always as the same event, and with nothing in it that
// says what it is.
func TestCalendarFile(t *testing.T) {
	t.Parallel()
	h, p, id := booked(t)
	p.openly("Open")
	p.says("/sessions").wants("Session with Ana Reyes, Thursday 13 May, 10 am")
	p.presses("Another time", "Yes, another time")
	times := []int64{hour(250).Unix(), hour(252).Unix()}
	h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Kind: care.ForEvaluation, Therapist: "ana", Times: times}})
	p.answers("Open it", "Thursday", "Friday")
	h.mustSteer(id, "ana", bot.Steer{Cancel: 2})

	events, methods := p.files()
	if want := []string{"PUBLISH", "CANCEL", "PUBLISH", "CANCEL"}; !slices.Equal(methods, want) {
		t.Fatalf("got files to %v, want %v; heard %q", methods, want, p.hears())
	}
	for i, e := range events {
		if got, want := property(e, ics.ComponentPropertySequence), string(rune('0'+i)); got != want {
			t.Errorf("file %d: sequence %s, want %s", i, got, want)
		}
		if e.Id() != events[0].Id() || e.Id() == "" || strings.Contains(e.Id(), string(id)) {
			t.Errorf("file %d: uid %q, want the first one, %q, without the case", i, e.Id(), events[0].Id())
		}
		if got := property(e, ics.ComponentPropertyDescription) + property(e, ics.ComponentPropertyLocation); got != "" {
			t.Errorf("file %d says %q", i, got)
		}
		want := "Session with Ana Reyes"
		if i == 0 { // chosen before they wanted it open
			want = "Appointment"
		}
		if got := property(e, ics.ComponentPropertySummary); got != want {
			t.Errorf("file %d: %q, want %q", i, got, want)
		}
	}
	if at, err := events[0].GetStartAt(); err != nil || !at.Equal(hour(240)) {
		t.Errorf("begins %v, %v; want %v", at, err, hour(240))
	}
	if at, err := events[0].GetEndAt(); err != nil || at.Sub(hour(240)) != time.Duration(h.practice.SessionMinutes)*time.Minute {
		t.Errorf("ends %v, %v", at, err)
	}
	for _, d := range p.phone.to(p.chat) {
		if file, ok := d.Body.(bot.Document); ok {
			if strings.Contains(strings.ReplaceAll(string(file.Data), "\r\n", ""), "\n") {
				t.Error("lines end otherwise than a calendar wants")
			}
			for _, word := range []string{"therapy", h.practice.Name, string(id), "sex"} {
				if strings.Contains(strings.ToLower(string(file.Data)), strings.ToLower(word)) {
					t.Errorf("%q stands in a calendar file:\n%s", word, file.Data)
				}
			}
		}
	}
}

// TestCalendarWaits: who wants reminders closed finds the file behind the
// message, and it says no more than they chose.
func TestCalendarWaits(t *testing.T) {
	t.Parallel()
	h, p, id := booked(t)
	before, _ := p.files()
	p.hears()
	h.mustSteer(id, "ana", bot.Steer{Cancel: 1})
	if p.wants(h.phrase("session.cancelled.closed")); len(before) != 1 {
		t.Fatalf("got %d files, want one of the booking", len(before))
	}
	if now, _ := p.files(); len(now) != 1 {
		t.Errorf("the file came by itself")
	}
	p.presses("Open it").wants("Your session with Ana Reyes is cancelled: Thursday 13 May, 10 am.")
	if now, methods := p.files(); len(now) != 2 || methods[1] != "CANCEL" || property(now[1], ics.ComponentPropertySummary) != "Appointment" {
		t.Errorf("got files to %v", methods)
	}
}

// TestOwnHand: what a client does with a session, when, and what comes of it.
func TestOwnHand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		at     int // hours after the start of the test; the session is at 240
		do     func(p *person)
		says   string
		state  care.SessionState
		free   bool
		notice string
	}{
		{"confirms", 216, func(p *person) { p.finds("I will be there") }, "Thank you. I have noted", care.SessionBooked, false, ""},
		{"confirms in words", 216, func(p *person) { p.says("I will be there") }, "Thank you. I have noted", care.SessionBooked, false, ""},
		{"another time", 24, func(p *person) { p.finds("Another time").finds("Yes, another time") }, "That time is given up: Thursday 13 May, 10 am", care.SessionMoved, true, "another time than Thu 13 May 10:00"},
		{"another time in words", 24, func(p *person) { p.says("move my session").finds("Yes, another time") }, "That time is given up", care.SessionMoved, true, "another time than"},
		{"not so sure", 24, func(p *person) { p.finds("Another time").finds("No, keep it") }, "It stays: Thursday 13 May, 10 am", care.SessionBooked, false, ""},
		{"too near to move", 230, func(p *person) { p.finds("Another time") }, "It is too near to change it here", care.SessionBooked, false, ""},
		{"cancels", 24, func(p *person) { p.finds("Cancel it").finds("Yes, cancel it") }, "Cancelled: Thursday 13 May, 10 am", care.SessionCancelled, true, "cancelled the session of Thu 13 May 10:00."},
		{"cancels in words", 24, func(p *person) { p.says("cancel my session").finds("Yes, cancel it") }, "Cancelled:", care.SessionCancelled, true, "cancelled the session of"},
		{"cancels late", 230, func(p *person) { p.finds("Cancel it").finds("Yes, cancel it") }, "Cancelled:", care.SessionCancelled, true, "later than the practice asks for"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := booked(t)
			p.openly("With the time")
			h.clock.Advance(time.Duration(tt.at) * time.Hour)
			p.calm().says("/sessions").learns("Thursday 13 May, 10 am")
			notices := len(h.desk.got())
			tt.do(p)
			p.learns(tt.says)
			s, _ := h.view(id).Session(1)
			if s.State != tt.state || (s.Confirmed != 0) != (tt.says == "Thank you. I have noted") {
				t.Errorf("got %+v, want %s", s, tt.state)
			}
			other := h.person("bob").sends()
			if err := h.acts("taken", other, "ana", offer("ana", hour(240))); (err == nil) != tt.free {
				t.Errorf("the time for somebody else: got %v, want free %v", err, tt.free)
			}
			told := ""
			for _, d := range h.desk.got()[notices:] {
				if n, ok := d.Body.(bot.Notice); ok {
					told += n.Line
				}
			}
			if !strings.Contains(told, tt.notice) || tt.notice == "" && told != "" {
				t.Errorf("the practice is told %q, want %q", told, tt.notice)
			}
		})
	}
}

// TestOldSessionButtons: once a session began, or was given up, its buttons have
// no effect; nor have they for anybody else.
func TestOldSessionButtons(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		then func(h *house, p *person, id care.CaseID)
	}{
		{"it began", func(h *house, p *person, _ care.CaseID) { h.clock.Advance(241 * time.Hour); p.calm() }},
		{"cancelled by the therapist", func(h *house, p *person, id care.CaseID) { h.mustSteer(id, "ana", bot.Steer{Cancel: 1}) }},
		{"given up", func(_ *house, p *person, _ care.CaseID) { p.finds("Another time").finds("Yes, another time") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, p, id := booked(t)
			_, old := p.openly("Open").says("/sessions").question()
			tt.then(h, p, id)
			before, _ := h.view(id).Session(1)
			p.hears()
			for _, b := range old {
				p.do(bot.Press{Data: b.Data}).learns(h.phrase("stale-button"))
			}
			if now, _ := h.view(id).Session(1); now.State != before.State || now.Confirmed != before.Confirmed {
				t.Errorf("an old button did something: %+v", now)
			}
			bob := h.person("bob")
			bob.sends()
			bob.hears()
			bob.do(bot.Press{Data: old[0].Data}).wants(h.phrase("stale-button"))
		})
	}
}

// TestMovedTooOften: after as many changes as the practice has, only a person
// can help.
func TestMovedTooOften(t *testing.T) {
	t.Parallel()
	h, p, id := booked(t)
	for n := range h.practice.Rules.Sessions.Moves {
		p.says("/sessions").presses("Another time", "Yes, another time")
		h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Kind: care.ForEvaluation, Therapist: "ana", Times: []int64{hour(250 + n).Unix()}}})
		p.answers("Open it", "Thursday")
	}
	p.says("/sessions")
	p.hears()
	p.presses("Another time").wants(h.phrase("session.too-often"))
	if c := h.view(id); len(c.Sessions) != 3 || c.Sessions[2].State != care.SessionBooked || c.Sessions[2].Moves != 2 {
		t.Errorf("got %+v", c.Sessions)
	}
}

// TestReminderButtons: a reminder has the buttons; one that gives nothing away
// has them behind it. Who has nothing set is told so.
func TestReminderButtons(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"Discreet", "With the time", "Open"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			h, p, id := booked(t)
			p.openly(level)
			h.hours(217)
			if level == "Discreet" {
				if p.shown("I will be there") {
					t.Error("the buttons came by themselves")
				}
				p.calm()
			}
			p.finds("I will be there").finds(h.phrase("btn.door.yes"))
			p.hears()
			h.hours(12)
			if got := p.hears(); len(got) != 0 { // two hours before it comes the next
				t.Errorf("got %q once more", got)
			}
			if s, _ := h.view(id).Session(1); s.Confirmed == 0 {
				t.Errorf("not confirmed; heard %q", p.hears())
			}
		})
	}
	h := build(t)
	ann := h.person("ann")
	ann.sends()
	ann.hears()
	ann.says("/sessions").wants(h.phrase("sessions.none"))
}

// TestRestingIsReminded: who rests is told of what is booked, and asked nothing.
func TestRestingIsReminded(t *testing.T) {
	t.Parallel()
	h, p, _ := booked(t)
	p.openly("Open").says("/pause")
	p.hears()
	h.hours(239)
	got := p.hears()
	if len(got) != 2 || !strings.HasPrefix(got[0], "Session with Ana Reyes") || !strings.HasPrefix(got[1], "Session with Ana Reyes") {
		t.Errorf("got %q, want the two reminders of the session", got)
	}
}

// TestMomentIsNoWayPast: while a dialog asks for a private moment, nothing else
// is shown to who comes back than through the door.
func TestMomentIsNoWayPast(t *testing.T) {
	t.Parallel()
	for _, what := range []bot.What{bot.Words{Text: "/sessions"}, bot.Words{Text: "/mydata"}, bot.Words{Text: "back"}} {
		h, p, _ := booked(t)
		h.hours(30)
		p.calm()
		if text, _ := p.question(); text != h.phrase("reminder.shall-open") { // who has just come through the door is not asked twice
			t.Fatalf("got %q", text)
		}
		h.clock.Advance(3 * time.Hour)
		p.do(what)
		if got := p.hears(); len(got) != 1 || got[0] != h.phrase("door.moment") {
			t.Errorf("%v: got %q, want the door's question", what, got)
		}
	}
}

// TestCoupleSessions: the first session is of whoever picked it, alone; of one
// that is booked for all, each of a couple hears what becomes of it, as openly as
// they chose, and has it for the calendar; either can change it.
func TestCoupleSessions(t *testing.T) {
	t.Parallel()
	h := build(t)
	kim, bo := h.person("kim"), h.person("bo")
	id := kim.comesAsACouple()
	bo.joins(kim.invites()).answersAll("Quietly.", "Bo").hears()
	if err := h.acts("offer", id, "ana", offer("ana", hour(240))); err != nil {
		t.Fatal(err)
	}
	h.settle()
	kim.presses("Open it", "Thursday")
	bo.wants().says("/sessions").wants(h.phrase("sessions.none"))
	h.mustSteer(id, "ana", bot.Steer{Book: &care.SessionOffer{Therapist: "ana", Times: []int64{hour(250).Unix()}}})
	bo.wants(h.phrase("session.confirmed.closed"))
	bo.presses("Open it").wants("Your session with Ana Reyes is set: Thursday 13 May, 8 pm.")
	kim.hears()
	bo.presses("Another time").presses("Yes, another time")
	kim.wants("Cancelled: Thursday 13 May, 8 pm.")
	if s, _ := h.view(id).Session(2); s.State != care.SessionMoved {
		t.Errorf("got %+v", s)
	}
	mine, _ := kim.files()
	theirs, methods := bo.files()
	if len(mine) != 3 || !slices.Equal(methods, []string{"PUBLISH", "CANCEL"}) || theirs[0].Id() == mine[1].Id() {
		t.Errorf("got %d files, and to %v for the other, under ids of their own", len(mine), methods)
	}
	h.mustSteer(id, "ana", bot.Steer{Offer: &care.SessionOffer{Kind: care.ForEvaluation, Therapist: "ana", Times: []int64{hour(260).Unix()}}})
	kim.presses("Open it")
	kim.hears()
	kim.presses("Friday").hears()
	bo.learns(h.phrase("session.moved.closed"))
}
