package slack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"anteroom/bot"
	"anteroom/bot/care"
)

const (
	courseID  = "anteroom.course"
	actCase   = "anteroom.case."   // + case: opens the course; its value is the case
	actTold   = "anteroom.told."   // + case + "." + from: opens what was told; its value is case + "/" + from
	actBrief  = "anteroom.brief."  // + case + "." + session: opens the brief; its value is case + "/" + session
	actCourse = "anteroom.course." // + what is done + "." + to what: a button's action id, and a form's callback id
)

// How much of what is over a page shows.
const (
	pastSessions = 3
	pastGiven    = 3
	pastNotes    = 3
	mostRows     = 12 // of one kind

	tableLines = 40 // in one block
	mostLines  = 10 * tableLines
)

// course is the page from which a therapist steers a case.
func (r *runner) course(v bot.View, me care.Therapist) api.ModalViewRequest {
	return r.courseSaying(v, me, "")
}

// courseSaying is the course with a line above it: what was just done.
func (r *runner) courseSaying(v bot.View, me care.Therapist, line string) api.ModalViewRequest {
	p := coursePage{runner: r, v: v, me: me, now: r.opt.Now(), names: v.Case.BriefOf(0, r.opt.Now()).Names}
	if line != "" {
		p.say(line)
	}
	lines := strings.Split(v.Case.BriefOf(0, r.opt.Now()).Text(title(v), r.opt.Zone), "\n")
	for some := range slices.Chunk(lines[:min(len(lines), mostLines)], tableLines) {
		p.add(asItStands(strings.Join(some, "\n")))
	}
	p.standing()
	p.sessions()
	p.goals()
	p.given()
	p.notes()
	id := string(v.Case.ID)
	p.buttons("page", append(toldButton(v), button(actRead, id, "Summary"))...)
	return api.ModalViewRequest{
		Type:            api.VTModal,
		Title:           plain(id),
		Close:           plain("Close"),
		CallbackID:      courseID,
		PrivateMetadata: meta{Case: v.Case.ID, Round: len(v.Case.Episode.History)}.String(),
		Blocks:          api.Blocks{BlockSet: p.blocks[:min(len(p.blocks), maxBlocks)]},
	}
}

// asItStands shows a text letter for letter: nothing in it is marked up, for it
// holds a client's words.
func asItStands(text string) api.Block {
	return api.NewRichTextBlock("", &api.RichTextPreformatted{
		Type:     api.RTEPreformatted,
		Elements: []api.RichTextSectionElement{api.NewRichTextSectionTextElement(cut(text, maxSection), nil)},
	})
}

// brief is what a therapist reads before a session: a page with room for a
// picture, and what that is drawn from.
func (r *runner) brief(v bot.View, session string) (page func(picture api.Block) api.ModalViewRequest, series []care.Series) {
	n, _ := strconv.Atoi(session) // of a button; the case as it stands, if it is none
	id := string(v.Case.ID)
	b := v.Case.BriefOf(care.SessionID(n), r.opt.Now())
	table := asItStands(b.Page(title(v), r.opt.Zone))
	told := r.toldBelow(v, slices.DeleteFunc(slices.Clone(v.Told), func(t bot.Telling) bool { return t.At <= b.Since }))
	return func(picture api.Block) api.ModalViewRequest {
		blocks := []api.Block{table}
		if picture != nil {
			blocks = append(blocks, picture)
		}
		blocks = append(blocks, told...)
		blocks = append(blocks, api.NewActionBlock("page", append(toldButton(v), button(actCase+id, id, "Open the case"), button(actRead, id, "Summary"))...))
		return api.ModalViewRequest{
			Type: api.VTModal, Title: plain("Brief " + id), Close: plain("Close"), CallbackID: "anteroom.brief",
			NotifyOnClose: true, // the picture goes then
			Blocks:        api.Blocks{BlockSet: blocks},
		}
	}, b.Series()
}

// coursePage is a page on its way.
type coursePage struct {
	*runner
	v      bot.View
	me     care.Therapist
	now    time.Time
	names  map[care.PersonID]string
	blocks []api.Block
}

func (p *coursePage) add(b api.Block)   { p.blocks = append(p.blocks, b) }
func (p *coursePage) say(line string)   { p.add(paragraph(cut(line, maxSection))) }
func (p *coursePage) head(title string) { p.add(api.NewHeaderBlock(plain(title))) }
func (p *coursePage) runs(n care.CadenceName) bool {
	return slices.Contains(p.v.Case.Episode.At().Runs(), n)
}

// buttons adds a row of them, for who may press them.
func (p *coursePage) buttons(block string, all ...api.BlockElement) {
	if len(all) > 0 && (p.v.Steers || block == "page") {
		p.add(api.NewActionBlock(block, all...))
	}
}

// deed is a button that does something, or opens the form for it.
func deed(what string, of any, label string) *api.ButtonBlockElement {
	if of == nil {
		return button(actCourse+what, "", label)
	}
	return button(actCourse+fmt.Sprintf("%s.%v", what, of), "", label)
}

// sure asks again before something that cannot be taken back.
func sure(b *api.ButtonBlockElement, question string) *api.ButtonBlockElement {
	return b.WithConfirm(api.NewConfirmationBlockObject(plain("Are you sure?"), plain(question), plain(b.Text.Text), plain("Back")))
}

// who words for whom something is; alone, the client needs no name.
func (p *coursePage) who(id care.PersonID) string {
	switch {
	case len(p.names) < 2:
		return ""
	case id == "":
		return "everybody: "
	}
	return p.names[id] + ": "
}

// standing is where the case stands, what it can do next, and the flags.
func (p *coursePage) standing() {
	c := p.v.Case
	var moves []api.BlockElement
	for _, m := range c.MayMove(care.RolePart) {
		moves = append(moves, deed("move", m, moveWords[m][0]))
	}
	if last := c.Episode.History; len(last) > 0 {
		try := c
		if _, err := try.UndoMove(care.Mover{As: care.RolePart, By: p.me.ID, Round: len(last)}, p.v.Rules, p.now); err == nil {
			until := p.v.Rules.Undo.After(time.Unix(last[len(last)-1].At, 0))
			moves = append(moves, sure(deed("undo", nil, "Undo"), "The case goes back to where it was. What the move cancelled stays cancelled."))
			p.say("You moved the case; until " + p.clock(until.Unix()) + " you can take that back.")
		}
	}
	p.buttons("moves", moves...)
	if n := len(c.OpenFlags()); n > 0 {
		p.buttons("flags", deed("seen", nil, "Seen: "+count(n, "flag")))
	}
}

func (p *coursePage) sessions() {
	c := p.v.Case
	var over, open []care.Session
	for _, s := range c.Sessions {
		if s.Open() {
			open = append(open, s)
		} else if s.State == care.SessionHappened || s.State == care.SessionMissed {
			over = append(over, s)
		}
	}
	book := p.runs(care.CadenceSessions)
	if !book && len(over)+len(open) == 0 {
		return
	}
	p.head("Sessions")
	for _, s := range over[max(0, len(over)-pastSessions):] {
		word, other := "you met", sure(deed("missed", s.ID, "Did not come"), "The client is asked about it.")
		if s.State == care.SessionMissed {
			word, other = "they did not come", deed("met", s.ID, "We met")
		}
		p.say(p.moment(s.Start) + " · " + word)
		if s.ID == over[len(over)-1].ID && s.Followed == 0 {
			p.buttons(fmt.Sprintf("session-%d", s.ID), other)
		}
	}
	for _, s := range open[:min(len(open), mostRows)] {
		block, with := fmt.Sprintf("session-%d", s.ID), string(s.Kind)+" with "+p.name(s.Therapist)
		cancel := sure(deed("cancel", s.ID, "Cancel"), "Who has a time is told.")
		switch {
		case s.State == care.SessionOffered:
			p.say("With the client until " + p.moment(s.Expires) + " · " + with + ": " + p.moments(s.Offered))
			p.buttons(block, cancel)
		case s.Start > p.now.Unix():
			line := p.moment(s.Start) + " · " + with
			if s.Confirmed != 0 {
				line += " · they said they will come"
			}
			p.say(line)
			p.buttons(block, cancel)
		default:
			p.say(p.moment(s.Start) + " · " + with + " · did you meet?")
			p.buttons(block, deed("met", s.ID, "We met"), deed("missed", s.ID, "Did not come"))
		}
	}
	var more []api.BlockElement
	if book {
		more = append(more, deed("offer", nil, "Offer times"), deed("book", nil, "Book a settled time"))
	}
	p.buttons("sessions", append(more, deed("observe", nil, "Observation"), deed("score", nil, "Enter a score"))...)
}

func (p *coursePage) goals() {
	c := p.v.Case
	var open []care.Goal
	for _, g := range c.Goals {
		if g.Dropped == 0 {
			open = append(open, g)
		}
	}
	set := p.runs(care.CadenceGoals)
	if !set && len(open) == 0 {
		return
	}
	p.head("Goals")
	for _, id := range c.Here() {
		if course := c.TCourse(id); len(course) > 0 {
			p.say(p.who(id) + "T " + points(course))
		}
	}
	own := c.OwnGoals()
	for _, o := range own {
		said := "would change: "
		if o.Whole {
			said = "would say it so: "
		}
		p.say(cut(fmt.Sprintf("%s · %s%s“%s”", p.moment(o.At), p.who(o.Person), said, o.Words), maxSection))
	}
	unsure := false
	for _, g := range open[:min(len(open), mostRows)] {
		line := fmt.Sprintf("%s×%d, began at %s · %s", p.who(g.Person), g.Weight, g.Begins, g.Words)
		var buttons []api.BlockElement
		if set {
			buttons = append(buttons, deed("goal", g.ID, "Change"))
		}
		buttons = append(buttons, sure(deed("drop", g.ID, "Drop"), "The goal leaves the plan."))
		if g.Agreed == 0 {
			line, unsure = line+" · not agreed yet", true
		}
		for _, id := range c.Here() {
			if rating, ok := lastRating(g, id); ok {
				line += fmt.Sprintf(" · %srated %s", p.who(id), rating.Level)
				if rating.By != "" {
					line += ", yours " + rating.Confirmed.String()
					continue
				}
				buttons = append(buttons, deed("rate", fmt.Sprintf("%d.%s", g.ID, id), cut("Confirm "+p.who(id)+"rating", maxOption)))
			}
		}
		p.say(line)
		p.buttons(fmt.Sprintf("goal-%d", g.ID), buttons...)
	}
	var more []api.BlockElement
	if set {
		more = append(more, deed("goal", "new", "New goal"))
		if unsure {
			agree := deed("agree", nil, "Ask for agreement")
			if slices.ContainsFunc(own, func(o care.OwnGoals) bool { return o.Kept }) {
				agree = sure(agree, "They gave other words, and no goal was changed since. They are asked about the same goals again.")
			}
			more = append(more, agree)
		}
	}
	p.buttons("goals", more...)
}

// lastRating is what a person said of a goal last.
func lastRating(g care.Goal, id care.PersonID) (last care.Rating, ok bool) {
	for _, x := range g.Ratings {
		if x.Person == id {
			last, ok = x, true
		}
	}
	return last, ok
}

// points are a course in figures, the last six.
func points(course []care.Point) string {
	var out []string
	for _, at := range course[max(0, len(course)-6):] {
		out = append(out, fmt.Sprintf("%.0f", at.Value))
	}
	return strings.Join(out, " → ")
}

func (p *coursePage) given() {
	c := p.v.Case
	var open, over []care.Assignment
	for _, a := range c.Given {
		switch a.State {
		case care.AssignmentGiven, care.AssignmentDelivered:
			open = append(open, a)
		case care.AssignmentWithdrawn:
		default:
			over = append(over, a)
		}
	}
	give := p.runs(care.CadenceAssignments)
	if !give && !c.Held() && len(open)+len(over) == 0 {
		return
	}
	p.head("To try at home")
	if c.Held() {
		p.say("On hold: nothing is given, and nothing asked about. To the client it looks like a pause.")
	}
	for _, a := range slices.Concat(over[max(0, len(over)-pastGiven):], open[:min(len(open), mostRows)]) {
		line := p.who(a.Person) + title(p.v)(a.Library)
		if a.Variant != "" {
			line += ", " + a.Variant
		}
		switch a.State {
		case care.AssignmentGiven:
			line += " · goes out " + p.moment(a.From)
		case care.AssignmentDelivered:
			line += " · with them since " + p.moment(a.Delivered)
		default:
			line += " · " + string(a.State)
		}
		if a.Until != 0 {
			line += " · until " + p.moment(a.Until)
		}
		p.say(line)
		if a.State == care.AssignmentGiven || a.State == care.AssignmentDelivered {
			p.buttons(fmt.Sprintf("given-%d", a.ID), sure(deed("take", a.ID, "Take back"), "Nothing more is asked about it."))
		}
	}
	var more []api.BlockElement
	if give && !c.Held() && len(p.v.Library) > 0 {
		more = append(more, deed("give", nil, "Give an assignment"))
	}
	if c.Held() {
		more = append(more, sure(deed("lift", nil, "Lift the hold"), "Assignments and reports go on."))
	} else {
		more = append(more, deed("hold", nil, "Hold"))
	}
	p.buttons("given", append(more, deed("less", nil, "Ask less"))...)
}

// notes are a therapist's own; no client is shown one.
func (p *coursePage) notes() {
	all := p.v.Case.Observed
	if len(all) == 0 {
		return
	}
	p.head("Observations")
	for _, o := range all[max(0, len(all)-pastNotes):] {
		line := p.moment(o.At) + " · " + p.name(o.By)
		for _, f := range []struct {
			word string
			n    int
		}{{"talks", o.Talks}, {"insight", o.Insight}, {"motivation", o.Motivation}} {
			if f.n > 0 {
				line += fmt.Sprintf(" · %s %d", f.word, f.n)
			}
		}
		if o.Note != "" {
			line += " · " + o.Note
		}
		p.say(line)
	}
}
