package bot

import (
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// host answers what the dialogs ask of the program they run in. All answers
// follow from the practice, the facts and the time of the event.
type host struct {
	t     *talk
	quiet bool // only the facts are wanted: texts and lists stay empty
}

// mute is the same host for finding the facts of the intake. Filling its texts
// needs those very facts, so it fills none.
func (h *host) mute() *host { return &host{t: h.t, quiet: true} }

// Given fills a placeholder.
func (h *host) Given(name string, f dialogs.Facts) string {
	if h.quiet {
		return ""
	}
	p, t := h.t.w.p, h.t
	switch name {
	case "practice.name":
		return p.Name
	case "practice.phone":
		return p.Phone
	case "practice.email":
		return p.Email
	case "practice.hours":
		return p.hoursInWords()
	case "practice.oncall":
		return p.OnCall.Name
	case "readers":
		return p.readers()
	case "reply.by":
		by := t.replyBy().In(t.zone())
		if by.Hour() < 7 || by.Hour() >= 22 { // an hour at night is no promise for a client far away
			return by.Format("Monday 2 January")
		}
		return inZone(by, t.zone())
	case "fee.full":
		return itoa(p.Fees.Fee.Full)
	case "fee.middle":
		return itoa(p.Fees.Fee.Middle)
	case "fee.low":
		return itoa(p.Fees.Fee.Low)
	case "currency":
		return p.Fees.Currency
	case "copies":
		return p.Companies
	case "bot.name":
		return p.BotName
	case "keep.record":
		return p.Practice.Keep.Record.Words()
	case "max":
		return itoa(mostWords)
	case "helplines":
		return p.Helplines.Lines(h.place(f))
	case "emergency":
		return p.Helplines.Emergency(h.place(f))
	case "complaint":
		return p.Complaint
	case "call.next":
		return inZone(p.Hours.Next(t.w.now), t.zone())
	case "keep.enquiry":
		return p.Practice.Keep.Enquiry.Words()
	case "keep.unfinished":
		return p.Practice.Keep.Unfinished.Words()
	}
	if kind, ok := strings.CutPrefix(name, "helplines."); ok {
		return p.Helplines.Lines(h.place(f), kind)
	}
	return f.Param(name)
}

// place is where the person is now, as far as they said.
func (h *host) place(f dialogs.Facts) string {
	if f.Has("here") {
		return f.Text("here")
	}
	if main, err := h.t.mainFacts(); err == nil && main.Has("here") {
		return main.Text("here")
	}
	return ""
}

// Options are the lists that the practice or a decision fills.
func (h *host) Options(list string, f dialogs.Facts) []script.Option {
	switch {
	case list == "offered" && !h.quiet:
		var options []script.Option
		for at := range strings.SplitSeq(f.Param("times"), ",") {
			if start, err := strconv.ParseInt(at, 10, 64); err == nil && start > h.t.w.now.Unix() {
				options = append(options, script.Option{ID: at, Label: inZone(time.Unix(start, 0), h.t.zone())})
			}
		}
		return options
	}
	return nil
}

// Do makes a host call. What a call does to the world stands in
// [talk.called]; here is only what it answers.
func (h *host) Do(call string, f dialogs.Facts) (string, bool) {
	switch call {
	case "triage":
		urgency, _ := care.Triage(care.ReadEnquiry(factMap(f)))
		return string(urgency), true
	case "fee-slots":
		if care.AnySlotOpen(h.t.w.p.Practice, nil) {
			return "open", true
		}
		return "none", true
	case "submit":
		return "sent", true
	case "request-call":
		return "noted", true
	case "remember-consent":
		return "kept", true
	case "erase":
		return "erased", true
	}
	return "", false
}

// factMap is every fact as the cases keep them.
func factMap(f dialogs.Facts) map[string]string {
	m := make(map[string]string)
	for fact, value := range f.All() {
		m[fact.Name] = value
	}
	return m
}

// forCase are the facts that therapists may see.
func forCase(f dialogs.Facts) map[string]string {
	m := make(map[string]string)
	for fact, value := range f.All() {
		if fact.SeenBy != "chat" {
			m[fact.Name] = value
		}
	}
	return m
}

func (p *Practice) readers() string {
	var names []string
	for _, t := range p.IntakeReaders() {
		names = append(names, t.Name)
	}
	switch n := len(names); n {
	case 0:
		return p.Name
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// hoursInWords writes the opening hours: "Monday to Thursday 9 am to 5 pm; Friday 9 am to 1 pm".
func (p *Practice) hoursInWords() string {
	var parts []string
	week := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
	for i := 0; i < len(week); {
		hours := spansInWords(p.OpenHours[week[i]])
		j := i + 1
		for j < len(week) && spansInWords(p.OpenHours[week[j]]) == hours {
			j++
		}
		if hours != "" {
			days := week[i].String()
			if j-i > 1 {
				days += " to " + week[j-1].String()
			}
			parts = append(parts, days+" "+hours)
		}
		i = j
	}
	return strings.Join(parts, "; ")
}

func spansInWords(spans []care.Span) string {
	var parts []string
	for _, s := range spans {
		parts = append(parts, clockInWords(s.From)+" to "+clockInWords(s.To))
	}
	return strings.Join(parts, " and ")
}

func clockInWords(minutes int) string {
	t := time.Date(2000, 1, 1, minutes/60, minutes%60, 0, 0, time.UTC)
	if minutes%60 == 0 {
		return t.Format("3 pm")
	}
	return t.Format("3:04 pm")
}
