package care

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Vocabulary is what the option lists of the content allow. A nil list is not
// checked.
type Vocabulary struct {
	Topics, Treatments, Languages, Times []string
	// Boosters are the answers by which the ending offers them, in the practice's
	// order; none where it does not.
	Boosters []string
	// Cadence says what is wrong with a cadence, and nil of one that can be.
	Cadence func(string) error
}

// What a practice cannot invent: the intake asks for exactly these.
var (
	populations = []string{"kink", "poly", "lgbtq", "faith", "disability"}
	sees        = []string{"solo", "couple"}
	modes       = []string{"online", "in-person"}
	genders     = []string{"woman", "man", "nonbinary"}
	levels      = map[string]Level{"expert": Expert, "skilled": Skilled, "open": Open, "no": NotTaken}
	weekdays    = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // index is time.Weekday
)

var (
	idForm       = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	placeForm    = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)
	countryForm  = regexp.MustCompile(`^[A-Z]{2}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	ageForm      = regexp.MustCompile(`^age1[a-z0-9]{20,}$`)
	slackForm    = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)
	usernameForm = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]{4,31})?$`)
	phoneForm    = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{3,24}$`)
	emailForm    = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
	hoursForm    = regexp.MustCompile(`^([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])$`)
)

// ReadPractice reads practice.yaml, roster.yaml and fees.yaml in dir. Reading
// is strict: an unknown key, a wrong type, a missing value, a zone, day, id or
// cap that cannot be is a problem. All problems of all three files come back
// together, as [Problems], and then the practice is not to be used.
func ReadPractice(fsys fs.FS, dir string, known Vocabulary) (Practice, error) {
	b := &book{known: known}
	// Fees first: a therapist without fees of their own has the practice's.
	for _, f := range []struct {
		name string
		read func(*reader, *yaml.Node)
	}{{"fees.yaml", b.fees}, {"roster.yaml", b.roster}, {"practice.yaml", b.practice}} {
		r := &reader{file: f.name, problems: &b.problems}
		data, err := fs.ReadFile(fsys, path.Join(dir, f.name))
		if err != nil {
			r.bad(nil, "cannot be read", "put the file there, readable; `anteroom init` writes an example")
			continue
		}
		if root := r.document(data); root != nil {
			f.read(r, root)
		}
	}
	if len(b.problems) > 0 {
		return Practice{}, b.problems.sorted()
	}
	return b.p, nil
}

// book is a practice while it is being read.
type book struct {
	p        Practice
	known    Vocabulary
	problems Problems
	covers   []cover
	boosters *yaml.Node // where they stand; nil when they are left out
}

func (b *book) practice(r *reader, n *yaml.Node) {
	p := &b.p
	p.SessionMinutes, p.Language, p.FormOfAddress = 50, BaseLanguage, addresses[0]
	p.Keep.Vault = Period{Days: 30}
	p.Partners = Partners{Secrets: NoSecrets, Invite: Period{Days: 7}}
	r.mapping(n, append([]field{
		need("id", checked(r, &p.ID, form(idForm, "quiet-river"))),
		need("name", text(r, &p.Name)),
		need("zone", func(n *yaml.Node) { b.zone(r, n) }),
		need("country", checked(r, &p.Country, form(countryForm, "US, GB, ES"))),
		need("languages", some(r, &p.Languages, both(form(languageForm, "en, es"), among(b.known.Languages)))),
		may("chat_languages", some(r, &p.ChatLanguages, form(languageForm, "en, es"))),
		may("language", checked(r, &p.Language, form(languageForm, "en, es"))),
		may("form_of_address", oneOf(r, &p.FormOfAddress, addresses...)),
		need("phone", checked(r, &p.Phone, form(phoneForm, "\"+1 415 555 0100\""))),
		need("email", checked(r, &p.Email, form(emailForm, "hello@practice.example"))),
		may("address", blank(r, &p.Address)),
		need("hours", func(n *yaml.Node) { b.hours(r, n) }),
		need("holidays", func(n *yaml.Node) {
			r.items(n, func(item *yaml.Node) {
				var d Date
				r.date(&d, false)(item)
				switch {
				case d == "":
				case slices.Contains(p.Holidays, d):
					r.bad(item, quote(string(d))+" stands twice", "keep one of the two")
				default:
					p.Holidays = append(p.Holidays, d)
				}
			})
			slices.Sort(p.Holidays)
		}),
		need("reply_within_working_days", r.number(&p.ReplyWithinWorkingDays, 1, 30)),
		may("session_minutes", r.number(&p.SessionMinutes, 15, 240)),
		need("quiet", func(n *yaml.Node) { b.quiet(r, n) }),
		need("on_call", func(n *yaml.Node) { b.onCall(r, n) }),
		need("complaint", r.wording(&p.Complaint, text[string])),
		need("keep", func(n *yaml.Node) {
			r.mapping(n,
				need("unfinished", r.period(&p.Keep.Unfinished)),
				need("enquiry", r.period(&p.Keep.Enquiry)),
				need("record", r.period(&p.Keep.Record)),
				may("vault", r.period(&p.Keep.Vault)))
		}),
		may("ask_income", r.truth(&p.AskIncome)),
		may("partners", func(n *yaml.Node) {
			r.mapping(n,
				may("secrets", oneOf(r, &p.Partners.Secrets, string(NoSecrets), string(LimitedSecrets))),
				may("invite", r.period(&p.Partners.Invite)),
				may("tell_no", r.truth(&p.Partners.TellNo)))
		}),
		may("slack", func(n *yaml.Node) {
			s := &p.Slack
			r.mapping(n,
				need("disclosure", oneOf(r, &s.Disclosure, "modal", "channel")),
				need("channel", blank(r, &s.Channel)),
				need("signed_by", blank(r, &s.SignedBy)),
				need("signed_on", r.date(&s.SignedOn, true)),
				may("bot_token_file", blank(r, &s.BotTokenFile)),
				may("app_token_file", blank(r, &s.AppTokenFile)))
		}),
		may("telegram", func(n *yaml.Node) {
			t := &p.Telegram
			r.mapping(n,
				need("signed_by", blank(r, &t.SignedBy)),
				need("signed_on", r.date(&t.SignedOn, true)),
				may("token_file", blank(r, &t.TokenFile)),
				may("username", checked(r, &t.Username, form(usernameForm, "QuietRiverBot, without @"))),
				may("webhook_url", blank(r, &t.WebhookURL)),
				may("webhook_secret_file", blank(r, &t.WebhookSecretFile)))
		}),
		need("sign_offs", func(n *yaml.Node) {
			signOff := func(s *SignOff) take {
				return func(n *yaml.Node) {
					r.mapping(n, need("by", blank(r, &s.By)), need("on", r.date(&s.On, true)))
				}
			}
			r.mapping(n, need("crisis", signOff(&p.SignOffs.Crisis)), need("consent", signOff(&p.SignOffs.Consent)))
		}),
	}, b.rules(r)...)...)
	if b.boosters == nil {
		b.boostersFit(r, n)
	}
}

func (b *book) zone(r *reader, n *yaml.Node) {
	s, ok := r.word(n)
	if !ok {
		return
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		r.bad(n, quote(s)+" is not a time zone", "write a name like Europe/Madrid or America/Los_Angeles")
		return
	}
	b.p.Zone = zone
}

func (b *book) hours(r *reader, n *yaml.Node) {
	b.p.OpenHours = map[time.Weekday][]Span{}
	r.each(n, func(key, value *yaml.Node) {
		day := slices.Index(weekdays, key.Value)
		if day < 0 {
			r.bad(key, quote(key.Value)+" is not a day of the week", "use mon, tue, wed, thu, fri, sat, sun")
			return
		}
		last := -1
		var spans []Span
		r.items(value, func(item *yaml.Node) {
			s, ok := r.word(item)
			if !ok {
				return
			}
			span, ok := parseSpan(s)
			switch {
			case !ok:
				r.bad(item, quote(s)+" is not a stretch of a day", "write \"09:00-17:00\", the later time second, at most 24:00")
			case span.From < last:
				r.bad(item, quote(s)+" begins before the stretch above it ends", "write the stretches in order")
			default:
				last = span.To
				spans = append(spans, span)
			}
		})
		if len(spans) > 0 {
			b.p.OpenHours[time.Weekday(day)] = spans
		}
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.bad(n, "the practice is never open", "name at least one day")
	}
}

// quiet reads the hours of a client's day in which nothing is sent, or none.
func (b *book) quiet(r *reader, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		return
	}
	clock := func(dst *int) take {
		return func(n *yaml.Node) {
			s, ok := r.word(n)
			if !ok {
				return
			}
			m, ok := parseClock(s)
			if !ok || m == 24*60 {
				r.bad(n, quote(s)+" is not a time of day", "write \"21:00\"")
				return
			}
			*dst = m
		}
	}
	before := len(b.problems)
	r.mapping(n, need("from", clock(&b.p.Quiet.From)), need("to", clock(&b.p.Quiet.To)))
	if len(b.problems) == before && b.p.Quiet.From == b.p.Quiet.To {
		r.bad(n, "quiet hours begin when they end", "write two different times, or for no quiet hours quiet: none")
	}
}

func (b *book) fees(r *reader, n *yaml.Node) {
	f := &b.p.Fees
	before := len(b.problems)
	r.mapping(n,
		need("currency", checked(r, &f.Currency, form(currencyForm, "USD, EUR, GBP"))),
		need("full", r.number(&f.Fee.Full, 0, maxFee)),
		need("middle", r.number(&f.Fee.Middle, 0, maxFee)),
		need("low", r.number(&f.Fee.Low, 0, maxFee)),
		need("review_months", r.number(&f.ReviewMonths, 1, 120)),
		may("referrals", func(n *yaml.Node) {
			r.items(n, func(item *yaml.Node) {
				var ref Referral
				r.mapping(item, need("name", text(r, &ref.Name)), may("what", r.wording(&ref.What, blank[string])), may("place", r.wording(&ref.Place, blank[string])))
				f.Referrals = append(f.Referrals, ref)
			})
		}),
	)
	if len(b.problems) == before {
		r.order(n, f.Fee)
	}
}

const maxFee = 10_000_000

func (r *reader) order(n *yaml.Node, f Fee) {
	if f.Full < f.Middle || f.Middle < f.Low {
		r.bad(n, fmt.Sprintf("fees %d, %d, %d do not go down", f.Full, f.Middle, f.Low), "full is the highest, low the lowest")
	}
}

// form checks text against a pattern and shows an example of it.
func form(re *regexp.Regexp, example string) func(string) (string, string) {
	return func(s string) (string, string) {
		if !re.MatchString(s) {
			return quote(s) + " does not have the right form", "write it like " + example
		}
		return "", ""
	}
}

func both(a, b func(string) (string, string)) func(string) (string, string) {
	return func(s string) (string, string) {
		if what, mend := a(s); what != "" {
			return what, mend
		}
		return b(s)
	}
}

func parseSpan(s string) (Span, bool) {
	m := hoursForm.FindStringSubmatch(s)
	if m == nil {
		return Span{}, false
	}
	from, ok1 := parseClock(m[1])
	to, ok2 := parseClock(m[2])
	return Span{from, to}, ok1 && ok2 && from < to
}

// parseClock reads 00:00 to 24:00.
func parseClock(s string) (int, bool) {
	h, m, ok := strings.Cut(s, ":")
	if !ok || len(h) != 2 || len(m) != 2 || strings.Trim(h+m, "0123456789") != "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(h)
	minutes, _ := strconv.Atoi(m)
	total := hours*60 + minutes
	return total, minutes < 60 && total <= 24*60
}
