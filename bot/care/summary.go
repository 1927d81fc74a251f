package care

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SummaryInput is what a summary is made from.
type SummaryInput struct {
	Case       Case
	Assessment Assessment
	Practice   Practice
	Now        time.Time
	// Label words an option of a content list: ("topics", "pain"). Where it is
	// nil or gives nothing, this package's own words stand.
	Label func(list, id string) string
	// Partners are those who joined the case, each with what they said alone.
	Partners []Seated
}

// Summary is what a therapist reads in forty seconds: urgency and fit first,
// then what is asked, the pattern, safety, body, wishes and fee, who here fits,
// a suggested reply, and what may be decided.
type Summary struct {
	Head      string // "K7Q-42 · F · answer due Thu 17:00"; never a client's word: fit for a card
	Sections  []Section
	Decisions []DecisionKind // what may be pressed now
}

// Section is one block, with a title of one word.
type Section struct {
	Key   string // stable: urgency, fit, asked, pattern, safety, body, wishes, fee, reach, therapists, reply, partner-2 …
	Title string
	Lines []Line
}

// Line is one line. One with Words holds a client's words and must only ever
// be shown as plain text, to those who may see the case.
type Line struct {
	Text  string
	Words bool
}

// LogValue keeps a client's words out of every log.
func (Line) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error; Text shows them.
func (Line) String() string { return "[redacted]" }

// LogValue keeps a client's words out of every log.
func (Summary) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error; [Summary.Text] shows them.
func (Summary) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Summary) GoString() string { return "[redacted]" }

// Summarise writes the summary of a case.
//
// Of a case that was not sent, who fits is not known yet, and nothing is said of it.
func Summarise(in SummaryInput) Summary {
	if in.Case.Submitted == 0 {
		in.Assessment = Assessment{}
	}
	w := &writer{SummaryInput: in, e: in.Case.Enquiry()}
	w.section("urgency", "Urgency", w.urgency)
	w.section("answer", "Answer", w.answer)
	w.section("fit", "Fit", w.fit)
	w.section("asked", "Asked", w.asked)
	w.section("pattern", "Pattern", w.pattern)
	w.section("safety", "Safety", w.safety)
	for _, p := range in.Partners {
		w.section(fmt.Sprintf("partner-%d", p.No), "Partner", func() []Line { return w.partner(p) })
	}
	w.section("body", "Body", w.body)
	w.section("wishes", "Wishes", w.wishes)
	w.section("fee", "Fee", w.fee)
	w.section("reach", "Reach", w.reach)
	w.section("therapists", "Who", w.therapists)
	w.section("reply", "Reply", w.reply)
	w.out.Head = Card(in.Case, in.Assessment.Fit, w.zone(), in.Now)
	if in.Case.Undecided() {
		w.out.Decisions = DecisionKinds()
	}
	return w.out
}

// Card is the one line about a case that may stand in a channel: id, urgency if
// there is one, fit, the client's language if it is not English, and until
// somebody decides, by when the client was promised an answer.
func Card(c Case, fit Fit, zone *time.Location, now time.Time) string {
	parts := []string{string(c.ID)}
	if c.Urgency.Over(NoRush) {
		parts = append(parts, string(c.Urgency))
	}
	if fit != "" {
		parts = append(parts, string(fit))
	}
	if c.Language != "" {
		parts = append(parts, in(languageWords, c.Language))
	}
	if c.Due != 0 && len(c.Decisions) == 0 {
		due := time.Unix(c.Due, 0).In(zone)
		form := "Mon 15:04"
		if d := due.Sub(now); d < 0 || d > 6*24*time.Hour {
			form = "Mon 2 Jan 15:04"
		}
		parts = append(parts, "answer due "+due.Format(form))
	}
	return strings.Join(parts, " · ")
}

// writer builds a summary; each method returns the lines of one section.
type writer struct {
	SummaryInput
	e    Enquiry
	seat int // whose words they are: 0 for who opened the case
	out  Summary
}

func (w *writer) section(key, title string, lines func() []Line) {
	if l := lines(); len(l) > 0 {
		w.out.Sections = append(w.out.Sections, Section{key, title, l})
	}
}

func (w *writer) zone() *time.Location {
	if w.Practice.Zone != nil {
		return w.Practice.Zone
	}
	return time.UTC
}

func (w *writer) label(list, id string, own map[string]string) string {
	if w.Label != nil {
		if l := w.Label(list, id); l != "" {
			return l
		}
	}
	return in(own, id)
}

func labels[T ~string](w *writer, list string, ids []T, own map[string]string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = w.label(list, string(id), own)
	}
	return strings.Join(out, ", ")
}

const (
	mostWords = 200 // runes of a client's own words in one line
	mostLine  = 240 // runes of any other line
	mostWho   = 3   // therapists shown with their reasons
)

func say(parts ...string) []Line {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return nil
	}
	return []Line{{Text: oneLine(strings.Join(parts, "; "), mostLine)}}
}

func words(before, text, after string) []Line {
	if text = oneLine(text, mostWords); text == "" {
		return nil
	}
	return []Line{{Text: before + text + after, Words: true}}
}

func texts(reasons []Reason, except ...string) []string {
	var out []string
	for _, r := range reasons {
		if !slices.Contains(except, r.Code) {
			out = append(out, r.Text)
		}
	}
	return out
}

func (w *writer) urgency() []Line {
	_, reasons := Triage(w.e)
	u := w.Case.Urgency
	if u == "" {
		u = NoRush
	}
	head := "none"
	if u.Over(NoRush) {
		head = string(u) + ", " + u.Words()
		if u != Medical { // the doctor's matters stand under Body
			if why := texts(reasons, "body-days", "body-along", "nitrates"); len(why) > 0 {
				head += ": " + strings.Join(why, "; ")
			}
		}
	}
	if w.e.Assault == "recent" { // no urgency of the rule book's, and yet a matter of days
		head += "; an assault within seven days: medical care for it is a matter of days"
	}
	lines := append(say(head), w.alerts()...)
	return append(lines, w.noticed(func(n Notice) bool { return n.urgency() == "" })...)
}

// alerts are what called a human, and whether one has seen it. An alert of a
// partner says so.
func (w *writer) alerts() []Line {
	n := len(w.Case.Alerts)
	if n == 0 {
		return nil
	}
	var names []string
	seen := true
	for _, a := range w.Case.Alerts {
		name := string(a.Name)
		if a.Seat != 0 {
			name += " of partner " + strconv.Itoa(int(a.Seat))
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		seen = seen && a.AckBy != ""
	}
	last := time.Unix(w.Case.Alerts[n-1].At, 0).In(w.zone()).Format("Mon 15:04")
	state := "nobody has acknowledged it"
	if seen {
		state = "acknowledged"
	}
	return say(fmt.Sprintf("alert %s, %s, %s", and(names), last, state))
}

// mostShown is how many notices a summary shows: the newest.
const mostShown = 3

// noticed are the client's own words that the screen found.
func (w *writer) noticed(of func(Notice) bool) (lines []Line) {
	all := slices.DeleteFunc(slices.Clone(w.Case.Noticed), func(n Notice) bool { return !of(n) })
	for _, n := range all[max(0, len(all)-mostShown):] {
		at := time.Unix(n.At, 0).In(w.zone()).Format("Mon 15:04")
		lines = append(lines, words("wrote, "+at+", "+n.Class+": “", n.Words, "”")...)
	}
	return lines
}

// answer is what the client said to the last decision.
func (w *writer) answer() []Line {
	r := w.Case.Answer
	switch r.Kind {
	case Picked:
		at, err := strconv.ParseInt(r.Value, 10, 64)
		if err != nil {
			return nil
		}
		return say("picked " + time.Unix(at, 0).In(w.zone()).Format("Mon 2 Jan 15:04"))
	case Others:
		return append(say("asks for another time"), words("“", r.Value, "”")...)
	case Answered:
		var asked []Line
		if d, ok := w.Case.Last(); ok {
			asked = words("you asked: “", d.Note, "”")
		}
		if r.Value == "" {
			return append(asked, say("would rather not answer")...)
		}
		return append(asked, words("“", r.Value, "”")...)
	case WillWait:
		return say("will wait")
	case SeeColleague:
		if d, _ := w.Case.Last(); d.Kind == Colleague {
			t, _ := w.Practice.Therapist(d.Therapist)
			return say("would like to see " + t.Name)
		}
		return say("would like to see a colleague")
	case OtherNames:
		return say("asks for other names")
	case NoLonger:
		return say("no longer needs this")
	}
	return nil
}

func (w *writer) fit() []Line {
	a := w.Assessment
	if a.Fit == "" {
		return nil
	}
	return say(string(a.Fit) + ", " + a.Fit.Words() + ": " + strings.Join(texts(a.Reasons), "; "))
}

func (w *writer) asked() []Line {
	e := w.e
	var topics []string
	if e.MainTopic != "" {
		topics = append(topics, w.label("topics", string(e.MainTopic), topicWords))
	}
	var others []string
	for _, t := range e.Topics {
		if t != e.MainTopic {
			others = append(others, w.label("topics", string(t), topicWords))
		}
	}
	if len(others) > 0 {
		topics = append(topics, "also "+strings.Join(others, ", "))
	}
	if e.InPerson {
		topics = append(topics, "would rather say it in person")
	}
	who := map[string]string{"solo": "comes alone", "partner": "comes with a partner", "partners": "comes with partners"}[e.Together]
	lines := say(append(topics, who)...)
	lines = append(lines, words("“", e.TopicWords, "”")...)
	return append(lines, words("“", e.Words, "”")...)
}

func (w *writer) pattern() []Line {
	long := map[string]string{"weeks": "for weeks", "months": "for months", "half-year": "for half a year or more", "years": "for years", "always": "always so"}[w.e.HowLong]
	bother := ""
	if w.e.Bother.Known {
		bother = fmt.Sprintf("bother %d of 10", w.e.Bother.N)
	}
	return say(long, bother)
}

func (w *writer) safety() []Line {
	e := w.e
	alone := map[string]string{"yes-private": "alone when asked", "not-now": "not alone when asked", "shared": "shared phone"}[e.Private]
	safe := map[string]string{
		"all-safe": "feels safe", "self-harm": "might harm themselves", "hurt-by-someone": "someone hurts them",
		"other-in-danger": "someone else in danger", "medical": "medical emergency",
	}[e.Safe]
	if e.Afraid == "now" && e.Safe == "all-safe" {
		safe = "" // one line does not say both
	}
	partner := map[string]string{"current": "partner", "ex": "ex"}[e.HasPartner]
	if partner == "" {
		partner = "partner"
	}
	fear := map[string]string{"no-fear": "no fear of the " + partner, "once": "was once afraid of the " + partner, "now": "afraid of the " + partner + " now: see alone, say nothing to the " + partner}[e.Afraid]
	against := ""
	if other := w.otherwise(); other != "" { // one line does not say both
		if e.Safe == "all-safe" && safe != "" {
			safe, against = "pressed “all safe”", other
		}
		if e.Afraid == "no-fear" {
			fear, against = "pressed “"+fear+"”", other
		}
	}
	assault := ""
	if e.Assault == "recent" {
		assault = "assault within seven days, time-limited care " + map[string]string{"told": "told", "later": "for later", "": "not yet told"}[e.AssaultCare]
	}
	return say(alone, safe, fear, against, assault)
}

// otherwise says that a person in danger was seen in what they wrote or asked
// for, whatever they pressed when they were asked.
func (w *writer) otherwise() string {
	if slices.ContainsFunc(w.Case.Noticed, func(n Notice) bool { return n.urgency() == "" }) {
		return "their words were noticed"
	}
	if len(w.Case.of(func(a Alert) bool { return int(a.Seat) == w.seat })) > 0 {
		return "an alert was raised"
	}
	return ""
}

func (w *writer) body() []Line {
	e := w.e
	var parts []string
	add := func(before, list string, ids []string) {
		if len(ids) > 0 {
			parts = append(parts, before+labels(w, list, ids, signWords))
		}
	}
	add("emergency: ", "body-now", e.BodyNow)
	add("doctor first: ", "body-days", e.BodyDays)
	if e.Nitrates {
		parts = append(parts, "nitrates or poppers with an ED medicine: pharmacist today")
	}
	add("doctor alongside: ", "body-along", e.BodyAlong)
	if e.BodyOther {
		parts = append(parts, "has other health points, not asked which")
	}
	if len(parts) == 0 && e.BodyAsked {
		parts = append(parts, "nothing named")
	}
	return append(say(parts...), w.noticed(func(n Notice) bool { return n.urgency() != "" })...)
}

func (w *writer) wishes() []Line {
	e := w.e
	var parts []string
	add := func(ok bool, s string) {
		if ok {
			parts = append(parts, s)
		}
	}
	add(e.Mode != "", map[string]string{"online": "online", "in-person": "in person", "either": "online or in person"}[e.Mode])
	place := e.Place
	if w.Label != nil {
		place = cmp.Or(w.Label("countries", place), place)
	}
	add(place != "", "in "+place)
	add(len(e.Times) > 0, labels(w, "times", e.Times, nil))
	add(e.Treatment != "", w.label("treatments", e.Treatment, treatmentWords))
	add(e.Gender != "", "therapist: "+e.Gender)
	add(e.SessionLanguage != "", "in "+w.label("languages", e.SessionLanguage, languageWords))
	var aware []string
	for _, wish := range e.Wishes {
		if p := wishPopulations[wish]; p != "" {
			aware = append(aware, plain(wish))
		}
	}
	add(len(aware) > 0, strings.Join(aware, ", "))
	return append(say(parts...), words("access: ", e.AccessWords, "")...)
}

func (w *writer) fee() []Line {
	e, fee := w.e, w.Practice.Fees.Fee
	if t, ok := w.Practice.Therapist(w.Assessment.First); ok {
		fee = t.Fee
	}
	var parts []string
	switch {
	case e.CanPay.Known && e.FeeOK != "fits":
		parts = append(parts, fmt.Sprintf("can pay %d; full is %d", e.CanPay.N, fee.Full))
		if tier := fee.Tier(e); tier.Reduced() {
			parts = append(parts, fmt.Sprintf("%s fee %d", tier, fee.Amount(tier)))
		}
	case e.FeeOK == "fits":
		parts = append(parts, fmt.Sprintf("full fee %d fits", fee.Full))
	case e.FeeOK == "less":
		parts = append(parts, fmt.Sprintf("needs less than %d, no amount said", fee.Full))
	case e.FeeOK == "unsure":
		parts = append(parts, "not sure about the fee")
	}
	if e.IncomeBand != "" {
		parts = append(parts, "income "+plain(e.IncomeBand))
	}
	if e.Household.Known {
		parts = append(parts, count(e.Household.N, "person")+" in the household")
	}
	return say(parts...)
}

func (w *writer) reach() []Line {
	e := w.e
	name := e.CallName
	if p := e.Pronouns; p != "" || e.PronounWords != "" {
		if p == "own" || p == "" {
			p = e.PronounWords
		}
		name = strings.TrimSpace(name + " (" + p + ")")
	}
	how := map[string]string{"here": "here in the chat", "phone": "by phone", "email": "by e-mail"}[e.Reach]
	if e.Contact != "" {
		how = strings.TrimSpace(how + " " + e.Contact)
	}
	if e.Reminders != "" {
		how = strings.Trim(how+", reminders "+e.Reminders, ", ")
	}
	if l := w.Case.Language; l != "" {
		how = strings.TrimPrefix(how+", writes in "+w.label("languages", l, languageWords), ", ")
	}
	lines := words("", strings.Trim(name+", "+how, ", "), "")
	if c := w.Case.Call; c.At != 0 {
		when := labels(w, "call-times", c.When, callWords)
		mail := "no voicemail"
		if c.Voicemail {
			mail = "voicemail allowed"
		}
		lines = append(lines, words("asks for a call: ", strings.Join(slices.DeleteFunc([]string{c.Phone, when, mail}, func(s string) bool { return s == "" }), ", "), "")...)
	}
	return lines
}
