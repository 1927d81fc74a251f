package care

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// Enquiry is what a person answered in the intake, typed. It is read from
// facts ([ReadEnquiry]); what was skipped, or is not known here, is unset: the
// empty string, an empty list, a Number that is not Known. It holds a client's
// words and prints as [redacted].
type Enquiry struct {
	Private   string // yes-private, not-now, shared
	Adult     string // adult, minor
	MinorSafe string // safe-now, not-safe; only under 18
	Here      string // where the person is now: "US-CA", "GB"
	Place     string // where sessions would take place; Here unless said otherwise
	Safe      string // all-safe, self-harm, hurt-by-someone, other-in-danger, medical

	Topics     []Topic
	MainTopic  Topic
	TopicWords string // words: a topic of their own
	InPerson   bool   // would rather say it in person

	Together   string // solo, partner, partners
	HasPartner string // current, ex, none-now
	Afraid     string // no-fear, once, now

	HowLong string // weeks, months, half-year, years, always
	Bother  Number // 0 to 10

	BodyOther   bool     // has other health points, and was not asked which
	BodyAsked   bool     // any of the questions about the body was answered
	BodyNow     []string // signs of an emergency
	BodyDays    []string // a doctor first, within days
	BodyAlong   []string // a doctor alongside
	Nitrates    bool     // nitrates or poppers together with an ED medicine
	Assault     string   // recent, no
	AssaultCare string   // told, later

	Mode  string   // online, in-person, either
	Times []string // times of the week that suit

	FeeOK      string // fits, less, unsure
	CanPay     Number // whole units of the practice's currency, each week
	IncomeBand string
	Household  Number

	Wishes          []string // treatment, gender, language, kink-aware, …
	Treatment       string   // not-sure counts as unset
	Gender          string   // woman, man, nonbinary
	SessionLanguage string
	AccessWords     string // words

	CallName     string // words
	Pronouns     string
	PronounWords string // words
	Reach        string // here, phone, email
	Contact      string // words
	Reminders    string // closed, middle, open

	Words string // words: anything they wanted to add
	Short bool   // "that is enough, contact me": most was not asked
	Out   string // court, medication-only, crisis-care, sexual-services, minors-attraction
}

// Number is a whole number that may not be known.
type Number struct {
	N     int  `cbor:"1,keyasint,omitempty"`
	Known bool `cbor:"2,keyasint,omitempty"`
}

// LogValue keeps a client's words out of every log.
func (Enquiry) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps a client's words out of every error and message.
func (Enquiry) String() string { return "[redacted]" }

// GoString does the same for %#v.
func (Enquiry) GoString() string { return "[redacted]" }

// ReadEnquiry types the facts of an intake: fact id to canonical value, several
// values joined by commas. A fact or value it does not know is left unset, so
// that a case from older or newer content can always be read.
func ReadEnquiry(facts map[string]string) Enquiry {
	f := factReader(facts)
	e := Enquiry{
		Private:   f.one("private", "yes-private", "not-now", "shared"),
		Adult:     f.one("adult", "adult", "minor"),
		MinorSafe: f.one("minor_safe", "safe-now", "not-safe"),
		Here:      f.place("here"),
		Place:     f.place("place"),
		Safe:      f.one("safe", "all-safe", "self-harm", "hurt-by-someone", "other-in-danger", "medical"),

		MainTopic:  Topic(f["main_topic"]),
		TopicWords: f.words("topic_words"),

		Together:   f.one("together", "solo", "partner", "partners"),
		HasPartner: f.one("has_partner", "current", "ex", "none-now"),
		Afraid:     f.one("afraid", "no-fear", "once", "now"),

		HowLong: f.one("how_long", "weeks", "months", "half-year", "years", "always"),
		Bother:  f.number("bother", 10),

		BodyAsked:   f["body_now"]+f["body_days"]+f["body_along"] != "" && (f["body_first"] != "other-health" || f["body_along"] != ""),
		BodyOther:   f["body_first"] == "other-health" && f["body_along"] == "",
		BodyNow:     f.flags("body_now"),
		BodyDays:    f.flags("body_days"),
		BodyAlong:   f.flags("body_along"),
		Nitrates:    f["nitrates"] == "yes-both",
		Assault:     f.one("assault", "recent", "no"),
		AssaultCare: f.one("assault_care", "told", "later"),

		Mode:  f.one("mode", "online", "in-person", "either"),
		Times: f.list("times"),

		FeeOK:      f.one("fee_ok", "fits", "less", "unsure"),
		CanPay:     f.number("can_pay", maxFee),
		IncomeBand: f.words("income_band"),
		Household:  f.number("household", 100),

		Wishes:          f.list("wishes"),
		Treatment:       f["treatment"],
		Gender:          f.one("gender", "woman", "man", "nonbinary"),
		SessionLanguage: f["session_language"],
		AccessWords:     f.words("access_words"),

		CallName:     f.words("call_name"),
		Pronouns:     f.words("pronouns"),
		PronounWords: f.words("pronoun_words"),
		Reach:        f.one("reach", "here", "phone", "email"),
		Contact:      f.words("contact"),
		Reminders:    f.one("reminders", "closed", "middle", "open"),

		Words: f.words("words"),
		Short: f["path"] == "short",
		Out:   f.one("out", "court", "medication-only", "crisis-care", "sexual-services", "minors-attraction"),
	}
	if e.Place == "" {
		e.Place = e.Here
	}
	if e.Treatment == "not-sure" {
		e.Treatment = ""
	}
	for _, t := range f.list("topics") {
		if t == "in-person" {
			e.InPerson = true
			continue
		}
		e.Topics = append(e.Topics, Topic(t))
	}
	if e.MainTopic == "in-person" {
		e.InPerson, e.MainTopic = true, ""
	}
	if e.MainTopic == "" {
		// Not asked, or not answered: the first that has a name.
		for _, t := range e.Topics {
			if e.MainTopic = t; e.named() {
				break
			}
		}
	}
	e.sortBody()
	e.sortTimes()
	return e
}

const somethingElse Topic = "something-else" // a topic in the person's own words

// named reports whether the main topic is one that a roster can name.
func (e Enquiry) named() bool { return e.MainTopic != "" && e.MainTopic != somethingElse }

// doctorFirst are the signs that a doctor should see within days, before or
// beside any therapy; what else is ticked belongs to a doctor alongside.
var doctorFirst = []string{"bleeding-after", "lump", "blood-semen", "milk", "new-curve", "breathless", "new-pain"}

// sortBody allows for an intake that asks for both in one question.
func (e *Enquiry) sortBody() {
	var along []string
	for _, sign := range e.BodyAlong {
		switch {
		case sign == "ed-nitrates":
			e.Nitrates = true
		case !slices.Contains(doctorFirst, sign):
			along = append(along, sign)
		case !slices.Contains(e.BodyDays, sign):
			e.BodyDays = append(e.BodyDays, sign)
		}
	}
	e.BodyAlong = along
}

// sortTimes allows for an intake that asks how and when in one question.
func (e *Enquiry) sortTimes() {
	online, inPerson := slices.Contains(e.Times, "online"), slices.Contains(e.Times, "in-person")
	e.Times = slices.DeleteFunc(e.Times, func(t string) bool { return t == "online" || t == "in-person" })
	if len(e.Times) == 0 {
		e.Times = nil
	}
	switch {
	case e.Mode != "":
	case online && inPerson:
		e.Mode = "either"
	case online:
		e.Mode = "online"
	case inPerson:
		e.Mode = "in-person"
	}
}

// Couple reports whether more than one person would come.
func (e Enquiry) Couple() bool { return e.Together == "partner" || e.Together == "partners" }

type factReader map[string]string

func (f factReader) one(id string, allowed ...string) string {
	if v := f[id]; slices.Contains(allowed, v) {
		return v
	}
	return ""
}

func (f factReader) words(id string) string { return strings.TrimSpace(f[id]) }

// place tolerates anything that is not a country or region.
func (f factReader) place(id string) string {
	if v := f[id]; placeForm.MatchString(v) {
		return v
	}
	return ""
}

func (f factReader) list(id string) []string {
	var out []string
	for v := range strings.SplitSeq(f[id], ",") {
		if v = strings.TrimSpace(v); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// flags is a list in which "none" means nothing.
func (f factReader) flags(id string) []string {
	var out []string
	for _, v := range f.list(id) {
		if v != "none" {
			out = append(out, v)
		}
	}
	return out
}

func (f factReader) number(id string, most int) Number {
	n, err := strconv.Atoi(f[id])
	if err != nil || n < 0 || n > most {
		return Number{}
	}
	return Number{n, true}
}
