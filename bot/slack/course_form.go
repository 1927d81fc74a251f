package slack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

// Fields of the forms of the course.
const (
	fieldGoodbye    = "goodbye"
	fieldSession    = "session"
	fieldTalks      = "talks"
	fieldInsight    = "insight"
	fieldMotivation = "motivation"
	fieldWhom       = "whom"
	fieldWords      = "words"
	fieldWeight     = "weight"
	fieldBegins     = "begins"
	fieldLevels     = "levels"
	fieldLevel      = "level"
	fieldPlay       = "play"
	fieldFrom       = "from"
	fieldUntil      = "until"
	fieldCadence    = "cadence"
	fieldMode       = "mode"
	fieldForm       = "form"
	fieldScore      = "score"
)

const (
	maxGoal  = 500
	everyone = "all"    // of fieldWhom
	asBefore = "before" // of fieldMode
)

// steerForm is the form of one act on the course; ok is false for what this
// case does not have.
func (r *runner) steerForm(v bot.View, me care.Therapist, what, of string) (api.ModalViewRequest, bool) {
	f := courseForm{runner: r, v: v, me: me}
	var title string
	var blocks []api.Block
	switch what {
	case "move":
		title, blocks = f.move(care.MoveName(of))
	case "offer", "book":
		title, blocks = f.times(what == "offer")
	case "observe":
		title, blocks = f.observe()
	case "score":
		title, blocks = f.score()
	case "goal":
		title, blocks, of = f.goal(of)
	case "rate":
		title, blocks = f.rate(of)
	case "give":
		title, blocks = f.give()
	case "less":
		title, blocks = f.less()
	}
	return api.ModalViewRequest{
		Type: api.VTModal, Title: plain(title), Close: plain("Back"), Submit: plain("Do it"), CallbackID: actCourse + what,
		PrivateMetadata: meta{Case: v.Case.ID, Round: len(v.Case.Episode.History), Of: of}.String(),
		Blocks:          api.Blocks{BlockSet: blocks},
	}, len(blocks) > 0
}

// courseForm is a form on its way.
type courseForm struct {
	*runner
	v  bot.View
	me care.Therapist
}

// choose is a select of a few; initial may be none of them.
func choose(field, initial string, options ...[2]string) *api.SelectBlockElement {
	sel := api.NewOptionsSelectBlockElement(api.OptTypeStatic, plain("Choose"), field)
	for _, o := range options[:min(len(options), maxOptions)] {
		option := api.NewOptionBlockObject(o[0], plain(cut(o[1], maxOption)), nil)
		sel.Options = append(sel.Options, option)
		if o[0] == initial {
			sel.InitialOption = option
		}
	}
	return sel
}

// whom is for whom something is. Where there is but one, nobody is asked.
func (f courseForm) whom(all bool, initial string) []api.Block {
	names := f.v.Case.BriefOf(0, f.opt.Now()).Names
	if len(names) < 2 {
		return nil
	}
	var options [][2]string
	if all {
		options = append(options, [2]string{everyone, "everybody"})
	}
	for _, id := range slices.Sorted(maps.Keys(names)) {
		options = append(options, [2]string{string(id), names[id]})
	}
	return []api.Block{input(fieldWhom, "For whom", "", choose(fieldWhom, initial, options...), false)}
}

func (f courseForm) move(name care.MoveName) (string, []api.Block) {
	if !slices.Contains(f.v.Case.MayMove(care.RolePart), name) {
		return "", nil
	}
	var does care.Change
	for _, m := range care.Moves() {
		if m.Name == name {
			does, _ = m.Changes(f.v.Case.Episode.At())
		}
	}
	lines := []string{moveWords[name][1], "", "From " + phaseWord(does.From) + " to " + phaseWord(does.To) + "."}
	if len(does.Starts) > 0 {
		lines = append(lines, "Starts: "+listed(does.Starts)+".")
	}
	if len(does.Stops) > 0 {
		lines = append(lines, "Stops: "+listed(does.Stops)+".")
	}
	if slices.Contains(does.Stops, care.CadenceSessions) {
		lines = append(lines, "Sessions that are still to come are cancelled.")
	}
	blocks := []api.Block{paragraph(strings.Join(lines, "\n"))}
	if name == care.MoveEnd {
		blocks = append(blocks, input(fieldGoodbye, "Your good-bye", "Your own words, signed with your name. They come when the client has gone through the ending.",
			textInput(fieldGoodbye, maxNote, true), true))
	}
	why := input(fieldReason, "Why, for the case", "It stays in the case's history. The client does not see it.", textInput(fieldReason, maxReason, true), true)
	return moveWords[name][0], append(blocks, why)
}

func (f courseForm) times(several bool) (string, []api.Block) {
	if !slices.Contains(f.v.Case.Episode.At().Runs(), care.CadenceSessions) {
		return "", nil
	}
	people := [][2]string{{string(f.me.ID), f.me.Name}}
	for _, t := range f.v.Colleagues {
		people = append(people, [2]string{string(t.ID), t.Name})
	}
	typed := "Or typed, on the practice's clock (" + f.opt.Zone.String() + "), as 2027-05-06 15:00."
	blocks := []api.Block{input(fieldTherapist, "With whom", "", choose(fieldTherapist, string(f.me.ID), people...), false)}
	if !several {
		return "Book a settled time", append(blocks,
			input(timeField(0), "When", "As your Slack shows it.", api.NewDateTimePickerBlockElement(timeField(0)), true),
			input(fieldTyped, "When, typed", typed, textInput(fieldTyped, len("2027-05-06 15:00")*2, false), true))
	}
	for i, label := range []string{"First time", "Second time", "Third time"} {
		blocks = append(blocks, input(timeField(i), label, "As your Slack shows it; the client sees it in their own time zone.", api.NewDateTimePickerBlockElement(timeField(i)), true))
	}
	return "Offer times", append(blocks, input(fieldTyped, "More times", typed+" One a line; eight in all.", textInput(fieldTyped, maxNote, true), true))
}

func (f courseForm) observe() (string, []api.Block) {
	five := func(field, label, low, high string) api.Block {
		return input(field, label, "", choose(field, "", [2]string{"1", "1 · " + low}, [2]string{"2", "2"}, [2]string{"3", "3"}, [2]string{"4", "4"}, [2]string{"5", "5 · " + high}), true)
	}
	var blocks []api.Block
	var met [][2]string
	last := ""
	for _, s := range f.v.Case.Sessions {
		if s.State == care.SessionHappened {
			last = strconv.Itoa(int(s.ID))
			met = append(met, [2]string{last, f.moment(s.Start)})
		}
	}
	if len(met) > 0 {
		slices.Reverse(met)
		blocks = append(blocks, input(fieldSession, "Of which session", "", choose(fieldSession, last, met...), true))
	}
	return "Observation", append(blocks,
		five(fieldTalks, "Talkativeness", "hardly a word", "talks freely"),
		five(fieldInsight, "Insight", "none yet", "much"),
		five(fieldMotivation, "Motivation", "none yet", "strong"),
		input(fieldNote, "Note", "For you and who shares the case. No client is ever shown it.", textInput(fieldNote, maxNote, true), true))
}

// score is of a form that the practice has a licence for, or its own.
func (f courseForm) score() (string, []api.Block) {
	return "Enter a score", slices.Concat([]api.Block{
		input(fieldForm, "Which form", "Its short name: FSFI, IIEF-5. PHQ and GAD are asked by the chat.", textInput(fieldForm, maxForm, false), false)},
		f.whom(false, string(care.TheClient)),
		[]api.Block{input(fieldScore, "Score", "A whole number.", textInput(fieldScore, 4, false), false)})
}

const (
	maxForm   = 40
	mostScore = 1000
)

// goal is the form of a new goal, or of one that is changed; of says which, and
// whose it is.
func (f courseForm) goal(of string) (title string, blocks []api.Block, which string) {
	words, levels := textInput(fieldWords, maxGoal, true), textInput(fieldLevels, maxScale, true)
	weight, begins := "", ""
	title, which = "New goal", "new"
	if id, err := strconv.Atoi(of); err == nil {
		at := slices.IndexFunc(f.v.Case.Goals, func(g care.Goal) bool { return int(g.ID) == id && g.Dropped == 0 })
		if at < 0 {
			return "", nil, ""
		}
		g := f.v.Case.Goals[at]
		title, which = "Change a goal", fmt.Sprintf("%d.%s", g.ID, g.Person)
		words.InitialValue = cut(g.Words, maxGoal)
		for _, o := range f.v.Case.OwnGoals() {
			if said := o.For(f.v.Case, g.ID); said != "" {
				words.InitialValue = said
				blocks = append(blocks, paragraph("It stands here as they would say it. Until now it says:\n"+cut(g.Words, maxGoal)))
				break
			}
		}
		if len(g.Levels) > 0 {
			levels.InitialValue = cut(strings.Join(g.Levels, "\n"), maxScale)
		}
		weight, begins = strconv.Itoa(g.Weight), strconv.Itoa(int(g.Begins))
		blocks = append(blocks, paragraph("In other words it is asked about anew. What was rated stays."))
	} else {
		blocks = f.whom(true, everyone)
	}
	var nine [][2]string
	for n := 1; n <= 9; n++ {
		nine = append(nine, [2]string{strconv.Itoa(n), strconv.Itoa(n)})
	}
	return title, append(blocks,
		input(fieldWords, "The goal", "In the client's words. The client reads it so.", words, false),
		input(fieldWeight, "Weight", "How important, or importance times difficulty.", choose(fieldWeight, weight, nine...), false),
		input(fieldBegins, "Where it begins", "", choose(fieldBegins, begins, levelChoice[:3]...), false),
		input(fieldLevels, "What the levels would be", "Five lines, from −2 to +2, or nothing.", levels, true)), which
}

// maxScale is room for five levels of the longest.
const maxScale = 2600

func (f courseForm) rate(of string) (string, []api.Block) {
	goal, person, _ := strings.Cut(of, ".")
	n, _ := strconv.Atoi(goal) // of a button; 0 is none
	if n < 1 || n > len(f.v.Case.Goals) {
		return "", nil
	}
	g := f.v.Case.Goals[n-1]
	rating, ok := lastRating(g, care.PersonID(person))
	if !ok || g.Dropped != 0 {
		return "", nil
	}
	return "Confirm a rating", []api.Block{
		paragraph(cut(g.Words, maxSection)),
		input(fieldLevel, "How you see it", "The client said "+rating.Level.String()+" on "+f.moment(rating.At)+".",
			choose(fieldLevel, strconv.Itoa(int(rating.Level)), levelChoice...), false),
	}
}

func (f courseForm) give() (string, []api.Block) {
	sel := api.NewOptionsGroupSelectBlockElement(api.OptTypeStatic, plain("Choose"), fieldPlay)
	groups := map[string]*api.OptionGroupBlockObject{}
	for _, p := range f.v.Library {
		g := groups[p.Series]
		if g == nil {
			g = api.NewOptionGroupBlockElement(plain(cut(seriesWord(p.Series), maxOption)))
			groups[p.Series] = g
			sel.OptionGroups = append(sel.OptionGroups, g)
		}
		for _, variant := range slices.Concat([]string{""}, p.Variants) {
			value, label := p.ID, p.Title
			if variant != "" {
				value, label = p.ID+"/"+variant, p.Title+" · "+variant
			}
			if len(g.Options) < maxOptions {
				g.Options = append(g.Options, api.NewOptionBlockObject(value, plain(cut(label, maxOption)), nil))
			}
		}
	}
	if len(sel.OptionGroups) == 0 {
		return "", nil
	}
	blocks := append([]api.Block{input(fieldPlay, "What", "", sel, false)}, f.whom(false, string(care.TheClient))...)
	return "Give an assignment", append(blocks,
		input(fieldFrom, "From", "Nothing: at once, outside quiet hours.", api.NewDateTimePickerBlockElement(fieldFrom), true),
		input(fieldUntil, "Until", "Nothing: it stays open.", api.NewDateTimePickerBlockElement(fieldUntil), true))
}

// seriesWord is the name of a series: "sensate-focus" is "Sensate focus".
func seriesWord(id string) string {
	if id == "" {
		return "On its own"
	}
	first, size := utf8.DecodeRuneInString(id)
	return string(unicode.ToUpper(first)) + strings.ReplaceAll(id[size:], "-", " ")
}

// lessOf is what may be asked less often.
var lessOf = []care.CadenceName{care.CadencePulse, care.CadenceMeasures, care.CadenceReport, care.CadenceReview, care.CadenceSittings, care.CadenceBoosters}

func (f courseForm) less() (string, []api.Block) {
	var options [][2]string
	for _, n := range lessOf {
		if slices.Contains(f.v.Case.Episode.At().Runs(), n) {
			options = append(options, [2]string{string(n), cadenceWords[n]})
		}
	}
	if len(options) == 0 {
		return "", nil
	}
	blocks := []api.Block{input(fieldCadence, "What", "", choose(fieldCadence, "", options...), false)}
	return "Ask less", append(append(blocks, f.whom(false, string(care.TheClient))...),
		input(fieldMode, "How often", "", choose(fieldMode, string(care.QuietLess),
			[2]string{string(care.QuietLess), "every other time"}, [2]string{string(care.QuietStop), "no more"}, [2]string{asBefore, "as before"}), false))
}
