package care

import (
	"slices"
	"time"
)

// Ids are types of their own, so that one cannot be passed for another.
type (
	TherapistID string // "ana"
	GroupID     string // a topic group for caps: "pain"
	Topic       string // an option of the list of topics: "pelvic-pain"
)

// Practice is everything a practice's folder says. It is read-only once read.
type Practice struct {
	ID        string
	Name      string
	Zone      *time.Location
	Country   string   // ISO 3166 alpha-2
	Languages []string // ISO 639-1, of sessions, the practice's own language first
	// ChatLanguages are those in which the bot writes; none are all that it is
	// written in.
	ChatLanguages []string
	Language      string // in which clients are greeted whose own is not known
	// FormOfAddress is how they are spoken to where a language has two ways:
	// "tu" or "usted".
	FormOfAddress string
	Phone         string
	Email         string
	Address       string

	// OpenHours are the working hours by weekday, in minutes after midnight
	// in Zone, sorted and without overlap. A day left out is closed.
	OpenHours              map[time.Weekday][]Span
	Holidays               []Date // sorted
	ReplyWithinWorkingDays int
	SessionMinutes         int
	Quiet                  Span // in minutes of the client's day; To before From runs over midnight
	OnCall                 OnCall
	Complaint              Wording
	Keep                   Keep
	AskIncome              bool
	Partners               Partners
	Slack                  Slack
	Telegram               Telegram
	SignOffs               SignOffs
	Rules                  Rules // of the course of care

	Therapists []Therapist // in the roster's order
	Groups     map[GroupID][]Topic
	Fees       Fees
}

// Span is a stretch of a day in minutes after midnight, From included, To not.
type Span struct{ From, To int }

// Keep says how long records are kept, counted from their last change, and how
// old an epoch of the vault may get: by then, and a little, what was erased is
// gone from old backups of the store too.
type Keep struct{ Unfinished, Enquiry, Record, Vault Period }

// Secrets is the practice's rule for what partners say alone.
type Secrets string

// The rules. Either is declared to every partner, and each agrees to it before
// they say anything.
const (
	NoSecrets      Secrets = "no-secrets" // what one says may come up with both
	LimitedSecrets Secrets = "limited"    // the therapist may keep it
)

// Partners says how partners join a case.
type Partners struct {
	Secrets Secrets
	Invite  Period // how long an invite can be used
	TellNo  bool   // the therapists hear that a partner said no
}

// Slack says what may be seen there, and who answers for that.
type Slack struct {
	Disclosure   string // "modal" or "channel"; empty when Slack is not used
	Channel      string
	SignedBy     string
	SignedOn     Date
	BotTokenFile string
	AppTokenFile string
}

// Telegram says who answers for its use, and how it is reached.
type Telegram struct {
	SignedBy          string
	SignedOn          Date
	TokenFile         string
	Username          string // of the bot, for links into its chat; may be empty
	WebhookURL        string
	WebhookSecretFile string
}

// SignOffs name the clinician who read the texts that matter most.
type SignOffs struct{ Crisis, Consent SignOff }

// SignOff is empty until somebody signs.
type SignOff struct {
	By string
	On Date
}

// Signed reports whether a name and a date stand there.
func (s SignOff) Signed() bool { return s.By != "" && s.On != "" }

// Therapist is one line of the roster.
type Therapist struct {
	ID           TherapistID
	Name         string
	Slack        string   // Slack user id
	Age          string   // public key for exports, age1…; may be empty
	Licences     []string // places: "US-CA", or "GB" for the whole country
	Languages    []string
	Treatments   []string
	Levels       map[Topic]Level // a topic that is not named is Open
	Populations  []string
	Sees         []string // "solo", "couple"
	Modes        []string // "online", "in-person"
	Hours        []string // times of the week, as clients choose them
	Gender       string
	Fee          Fee
	ReducedSlots Slots // places at a reduced fee, the ones in Carries included
	Caps         Caps
	Carries      Carries // cases from outside this service
	Intake       bool    // may read an enquiry that nobody has decided
	NextOpening  Date    // when full: about when the next place opens; may be empty
	BookingAhead Period  // how far ahead a first session may be offered
	Leave        []Leave // sorted, without overlap
}

// Level is how far a therapist is trained for a topic.
type Level uint8

// The zero Level is Open: takes it, without special training.
const (
	Open Level = iota
	NotTaken
	Skilled
	Expert
)

// Level returns the therapist's level for a topic.
func (t Therapist) Level(topic Topic) Level { return t.Levels[topic] }

// Slots are numbers of places at each reduced fee.
type Slots struct{ Middle, Low int }

// Of returns the number for a tier; 0 for tiers that are not reduced.
func (s Slots) Of(tier Tier) int {
	switch tier {
	case Middle:
		return s.Middle
	case Low:
		return s.Low
	default:
		return 0
	}
}

// Cap limits a count. Reaching Soft means "ask me first"; Hard is never passed.
type Cap struct{ Soft, Hard int }

// Caps are the limits of one therapist, in total and by topic group.
type Caps struct {
	Total  Cap
	Groups map[GroupID]Cap
}

// Carries counts the cases that a therapist has from outside this service.
type Carries struct {
	Total   int
	Groups  map[GroupID]int
	Reduced Slots
}

// Fees is the practice's price list. Amounts are whole units of Currency.
type Fees struct {
	Currency     string // ISO 4217
	Fee          Fee
	ReviewMonths int
	Referrals    []Referral
}

// Fee is what a session costs at each tier; Full ≥ Middle ≥ Low.
type Fee struct{ Full, Middle, Low int }

// Referral is another name that may be offered to a client.
type Referral struct {
	Name        string
	What, Place Wording
}

// Line is the referral as a therapist reads it, and a client in English.
func (r Referral) Line() string { return r.LineIn(BaseLanguage) }

// LineIn is the referral as a client reads it in a language.
func (r Referral) LineIn(lang string) string {
	return r.Name + ": " + r.What.In(lang) + ", " + r.Place.In(lang)
}

// Therapist returns the one with this id.
func (p Practice) Therapist(id TherapistID) (Therapist, bool) {
	for _, t := range p.Therapists {
		if t.ID == id {
			return t, true
		}
	}
	return Therapist{}, false
}

// BySlack returns the therapist with this Slack user id.
func (p Practice) BySlack(user string) (Therapist, bool) {
	for _, t := range p.Therapists {
		if t.Slack != "" && t.Slack == user {
			return t, true
		}
	}
	return Therapist{}, false
}

// IntakeReaders returns those who may read an enquiry that nobody has decided,
// in the roster's order. There is at least one.
func (p Practice) IntakeReaders() []Therapist {
	var out []Therapist
	for _, t := range p.Therapists {
		if t.Intake {
			out = append(out, t)
		}
	}
	return out
}

// GroupsOf returns the topic groups that a topic counts in, sorted.
func (p Practice) GroupsOf(topic Topic) []GroupID {
	var out []GroupID
	for id, topics := range p.Groups {
		if slices.Contains(topics, topic) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
