package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
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
	p, t, g := h.t.w.p, h.t, h.t.tongue()
	switch name {
	case "practice.name":
		return p.Name
	case "practice.phone":
		return p.Phone
	case "practice.email":
		return p.Email
	case "practice.hours":
		return g.hours(p.OpenHours)
	case "practice.oncall":
		return p.OnCall.Name
	case "readers":
		var names []string
		for _, reader := range p.IntakeReaders() {
			names = append(names, reader.Name)
		}
		return cmp.Or(g.list(names), p.Name)
	case "reply.by":
		by := t.replyBy().In(t.zone())
		if by.Hour() < 7 || by.Hour() >= 22 { // an hour at night is no promise for a client far away
			return g.date(by)
		}
		return g.moment(by, t.zone())
	case "fee.full":
		return g.number(p.Fees.Fee.Full)
	case "fee.middle":
		return g.number(p.Fees.Fee.Middle)
	case "fee.low":
		return g.number(p.Fees.Fee.Low)
	case "currency":
		return p.Fees.Currency
	case "copies":
		return g.copies(p.Copies)
	case "bot.name":
		return p.BotName
	case "secrets":
		return t.secrets()
	case "invite.days":
		return g.period(p.Partners.Invite)
	case "keep.record":
		return g.period(p.Practice.Keep.Record)
	case "max":
		return g.number(mostWords)
	case "helplines":
		if h.place(f) == "" {
			return t.mostUsed()
		}
		return p.Helplines.Lines(g.lang, h.place(f))
	case "emergency":
		return p.Helplines.Emergency(g.lang, h.place(f))
	case "complaint":
		return p.Complaint.In(g.lang)
	case "call.next":
		return g.moment(p.Hours.Next(t.w.now), t.zone())
	case "keep.enquiry":
		return g.period(p.Practice.Keep.Enquiry)
	case "keep.unfinished":
		return g.period(p.Practice.Keep.Unfinished)
	}
	if kind, ok := strings.CutPrefix(name, "helplines."); ok {
		kinds := strings.FieldsFunc(f.Param(paramAlso), func(r rune) bool { return r == ',' })
		if kind != "also" {
			kinds = slices.Insert(kinds, 0, kind)
		}
		if len(kinds) == 0 {
			return ""
		}
		return p.Helplines.Lines(g.lang, h.place(f), kinds...)
	}
	if name == "release.until" {
		return g.window(string(t.releaseUntil(f)), "", time.UTC)
	}
	if words, ok := g.heard[name]; ok {
		return words
	}
	return t.param(name, f)
}

// place is where the person is now, as far as they said.
func (h *host) place(f dialogs.Facts) string {
	if f.Has(factHere) {
		return f.Text(factHere)
	}
	return cmp.Or(h.t.c.Country, h.t.here())
}

// mostUsed are the crisis lines of the countries that are shown where nobody
// knows the place, each under its country: nothing is guessed.
func (t *talk) mostUsed() string {
	g := t.tongue()
	names := display.Regions(g.tag)
	if names == nil {
		names = display.Regions(language.English)
	}
	lines := []string{t.text("numbers.most")}
	for _, country := range t.w.p.Helplines.Most() {
		name := country
		if region, err := language.ParseRegion(country); err == nil {
			name = names.Name(region)
		}
		lines = append(lines, name+": "+strings.ReplaceAll(t.w.p.Helplines.Lines(g.lang, country, "crisis"), "\n", "; "))
	}
	return strings.Join(lines, "\n")
}

// wholes are the countries whose places stand in the list of places by region.
var wholes = []string{"US", "CA", "AU"}

// country takes the name of a whole country where it is asked for the place: help
// numbers follow the country. Where they are all that it is asked for, that is enough.
func (t *talk) country(text string) (bool, error) {
	turn, err := t.open()
	if err != nil || turn.Open == nil || t.answers(dialogs.Words{Text: text}) {
		return false, err
	}
	if asks, err := t.asks(factHere); err != nil || !asks {
		return false, err
	}
	for _, country := range wholes {
		if t.names(country, text) {
			t.c.Country = country
			if !turn.Open.CanSkip {
				return false, nil
			}
			return true, t.input(dialogs.Skip{})
		}
	}
	return false, nil
}

// names reports that words name a country: by one of its names, or with what
// stands around a place.
func (t *talk) names(country, text string) bool {
	folded := script.Fold(text)
	for _, g := range t.w.p.speech.tongues {
		for name := range g.words("places." + country) {
			if folded == name {
				return true
			}
			for around := range strings.SplitSeq(g.say(dialogs.WordsPlace), "|") {
				if folded == script.Fold(strings.Replace(around, "…", name, 1)) {
					return true
				}
			}
		}
	}
	return false
}

// Options are the lists that the practice or a decision fills.
func (h *host) Options(list string, f dialogs.Facts) []script.Option {
	switch {
	case list == "offered" && !h.quiet:
		if until, err := strconv.ParseInt(f.Param(paramExpires), 10, 64); err == nil && until <= h.t.w.now.Unix() {
			return nil
		}
		var options []script.Option
		for at := range strings.SplitSeq(f.Param("times"), ",") {
			if start, err := strconv.ParseInt(at, 10, 64); err == nil && start > h.t.w.now.Unix() {
				options = append(options, script.Option{ID: at, Label: h.t.tongue().moment(time.Unix(start, 0), h.t.zone())})
			}
		}
		return options
	case list == "goals" && !h.quiet:
		return goalOptions(f.Param("goals"))
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
	case "place-known":
		if h.place(f) != "" {
			return "known", true
		}
		return "unknown", true
	case "sign-release":
		return "given", true
	case "goals":
		return goalsGiven(f), true
	case "report-extra":
		if f.Param("extra") != "" {
			return "asked", true
		}
		return "none", true
	}
	made, ok := coupleCalls[call]
	return made, ok
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
		if fact.SeenBy != "bot" {
			m[fact.Name] = value
		}
	}
	return m
}
