package bot

import (
	"maps"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// sideDialogs are the dialogs that interrupt whatever is going on, by command
// and by the word after /start in a link.
var sideDialogs = map[string]string{"call": "call-me", "now": "help-now", "what": "what-happens"}

func (t *talk) top() *dialogs.Run { return &t.c.Runs[len(t.c.Runs)-1] }

// begin opens a dialog on top of what is going on. Where the person is now is
// not asked again, nor whether they are alone when the door has just asked that;
// everything else is, for a new answer may be another one.
func (t *talk) begin(dialog string, params map[string]string) error {
	run := dialogs.Run{Dialog: dialog, Params: make(map[string]string, len(params)+1)}
	maps.Copy(run.Params, params)
	if d := t.c.Door; d != nil {
		d.Below = min(d.Below, len(t.c.Runs)) // this one lies before the door
	}
	run.Params[paramRun] = t.runID(dialog)
	if d, ok := t.w.p.Library.Dialog(dialog); ok && len(t.c.Runs) > 0 {
		known := map[string]string{}
		if t.c.Country == "" { // whoever named another since is asked
			known[factHere] = t.here()
		}
		if t.c.Alone && t.w.ev.Who.Role == Client { // what the practice begins asks all the same
			known[factInvitePrivate] = "yes-private"
		}
		for _, step := range d.Steps {
			if step.Op == script.Ask && step.Into != nil && known[step.Into.Name] != "" {
				run.Trail = append(run.Trail, dialogs.Entry{Step: step.ID, Kind: dialogs.Answer, Value: known[step.Into.Name],
					At: t.w.now.Unix(), Script: d.Sum})
			}
		}
	}
	t.c.Runs = append(t.c.Runs, run)
	return t.input(dialogs.Begin{})
}

const (
	factHere = "here"
	// paramRun tells one run of a dialog from the next, so that a button of an
	// earlier one never counts in a later.
	paramRun = "run"
)

// runID names the run of a dialog that this step begins.
func (t *talk) runID(dialog string) string {
	return t.w.root.Pseudonym("run", string(t.w.ev.ID), dialog)[:8]
}

// questionID names the open question among all of this person's, ever.
func (t *talk) questionID(step string) string {
	run := t.top()
	return run.Params[paramRun] + "/" + run.Dialog + "/" + step
}

// mainFacts are the facts of the intake as they stand.
func (t *talk) mainFacts() (dialogs.Facts, error) {
	if len(t.c.Runs) == 0 {
		return dialogs.Facts{}, nil
	}
	turn, err := dialogs.Step(t.w.p.Library, t.c.Runs[0], dialogs.Begin{}, t.w.now, t.tongue().form, t.host.mute())
	return turn.Facts, err
}

// here is where the person is now, as far as they said; also while a changed
// script asks something before that, for help numbers and hours depend on it.
func (t *talk) here() string {
	if facts, err := t.mainFacts(); err != nil || facts.Has(factHere) || len(t.c.Runs) == 0 {
		return facts.Text(factHere)
	}
	return dialogs.LastAnswer(t.w.p.Library, t.c.Runs[0], factHere)
}

// placed counts how often a run was told where the person is.
func (t *talk) placed(run dialogs.Run) (n int) {
	d, ok := t.w.p.Library.Dialog(run.Dialog)
	for _, e := range run.Trail {
		if !ok || e.Kind != dialogs.Answer {
			continue
		}
		if i, found := d.Index(e.Step); found && d.Steps[i].Into != nil && d.Steps[i].Into.Name == factHere {
			n++
		}
	}
	return n
}

// open looks at the question that is open now, and changes nothing.
func (t *talk) open() (dialogs.Turn, error) {
	if len(t.c.Runs) == 0 {
		return dialogs.Turn{}, nil
	}
	return dialogs.Step(t.w.p.Library, *t.top(), dialogs.Begin{}, t.w.now, t.tongue().form, t.host)
}

// asks reports that the open question is for a fact.
func (t *talk) asks(fact string) (bool, error) {
	turn, err := t.open()
	if err != nil || turn.Open == nil {
		return false, err
	}
	d, ok := t.w.p.Library.Dialog(t.top().Dialog)
	if !ok {
		return false, nil
	}
	i, ok := d.Index(turn.Open.Step)
	return ok && d.Steps[i].Into != nil && d.Steps[i].Into.Name == fact, nil
}

// again says the open question once more, if there is one and nobody rests; at a
// shut door, the door's, and to somebody who is blocked, that they are.
func (t *talk) again() error {
	if t.barred() {
		return t.doorAsks()
	}
	if t.isShut() {
		t.shut()
		return nil
	}
	if !t.isOpen() || t.c.Rest != 0 {
		return nil
	}
	return t.input(dialogs.Begin{})
}

// isOpen reports that something is open: the intake, or a dialog over it.
func (t *talk) isOpen() bool { return len(t.c.Runs) > 1 || len(t.c.Runs) == 1 && t.c.Done == "" }

// unsent reports that the intake was left with answers that were not sent.
func (t *talk) unsent() bool {
	return t.c.Seat == 0 && t.c.Consent != nil && !t.isOpen() && (t.c.Done == outcomeStopped || t.c.Done == outcomeLost)
}

// input makes one step of the dialog on top, and says what it says.
func (t *talk) input(in dialogs.Input) error {
	turn, err := t.try(in)
	if err != nil {
		return err
	}
	words, typed := in.(dialogs.Words)
	if typed && slices.ContainsFunc(turn.Run.Trail, func(e dialogs.Entry) bool {
		return strings.HasSuffix(e.Value, "\n"+words.Text) && !slices.Contains(t.top().Trail, e)
	}) {
		t.phrase("own-words") // what was meant to be done, or a question, is not swallowed
	}
	_, pressed := in.(dialogs.Press)
	return t.says(turn, pressed)
}

// try makes one step of the dialog on top, and keeps nothing of it.
func (t *talk) try(in dialogs.Input) (dialogs.Turn, error) {
	if err := t.newestGoodbye(); err != nil {
		return dialogs.Turn{}, err
	}
	return dialogs.Step(t.w.p.Library, *t.top(), in, t.w.now, t.tongue().form, t.host)
}

// says takes a step over, and says what it says.
func (t *talk) says(turn dialogs.Turn, pressed bool) error {
	before, draft := t.top().Rev, t.top().Draft
	if turn.Run.Rev != before {
		if held, err := t.heldBack(); held || err != nil {
			return err
		}
	}
	if t.placed(turn.Run) > t.placed(*t.top()) {
		t.c.Country = ""
	}
	*t.top() = turn.Run
	if t.before() {
		t.c.Door.Last = false
	}
	if t.w.trace != nil {
		t.w.trace(turn.Run, t.tongue().form)
	}
	class := Prompt
	if isSafety(t.top().Dialog) {
		class = Safety
	}
	for _, o := range turn.Out {
		if _, ok := o.(dialogs.Alert); ok {
			class = Safety
		}
	}
	says := parcel{class: class}
	if _, ok := t.w.ev.What.(Asks); ok && class == Prompt {
		says.reminder = dueAsked + t.top().Params[paramRun]
	}
	for _, o := range turn.Out {
		switch o := o.(type) {
		case dialogs.Moved:
			t.phrase("changed")
		case dialogs.Say:
			t.send(Text{Text: o.Text}, says)
		case dialogs.Ask:
			asks := says
			asks.slot = questionSlot
			if o.Again && t.unhinted(turn) {
				t.phrase("press-one")
			}
			if pressed && o.Multi && turn.Run.Rev == before {
				t.send(Redraw{Buttons: t.buttons(o.Question)}, asks)
				continue
			}
			text := t.question(o)
			if t.private && t.top().Params[paramCourse] != "" && strings.HasPrefix(o.Step, stepPrivate) {
				text = t.text("reminder.shall-open") // the door has just asked the rest
			}
			if o.Multi && turn.Run.Rev == before && !slices.Equal(turn.Run.Draft, draft) {
				text = t.soFar(o.Question)
			}
			t.send(Text{Text: text, Buttons: t.buttons(o.Question)}, asks)
		case dialogs.Alert:
			if err := t.alert(o.Name, turn.Facts); err != nil {
				return err
			}
		case dialogs.Called:
			if err := t.called(o.Call, turn.Facts); err != nil {
				return err
			}
		}
	}
	if turn.Outcome != "" {
		return t.finished(turn)
	}
	if t.top().Dialog == reportDialog {
		return t.putsHold(turn)
	}
	return nil
}

// unhinted reports that the script says nothing of its own to what was not
// understood: where somebody reads back, or chooses what to change.
func (t *talk) unhinted(turn dialogs.Turn) bool {
	d, ok := t.w.p.Library.Dialog(turn.Run.Dialog)
	if !ok || turn.Open == nil {
		return false
	}
	i, ok := d.Index(turn.Open.Step)
	return turn.Run.Editing == dialogs.PressChange || ok && d.Steps[i].Op == script.Review && d.Steps[i].Again == nil
}

// soFar says what is chosen in a choice of several, to somebody who types.
func (t *talk) soFar(q dialogs.Question) string {
	var chosen []string
	key, done := "so-far", ""
	for _, o := range q.Options {
		switch {
		case o.ID == dialogs.PressDone:
			done = o.Label
		case o.Own:
			key = "so-far.own"
		case o.Chosen:
			chosen = append(chosen, "“"+o.Label+"”")
		}
	}
	return t.text(key, "chosen", t.tongue().list(chosen), "done", done)
}

// question writes a question with its progress. Only the intake is counted, and
// only questions that can be read back: none about safety, and none after
// somebody was alerted or asked to call.
func (t *talk) question(a dialogs.Ask) string {
	if t.top().Dialog != intakeDialog || t.c.Case != "" || a.Again || a.Number < 3 || a.AtMost <= a.Number {
		return a.Text
	}
	if d, ok := t.w.p.Library.Dialog(intakeDialog); ok {
		if i, ok := d.Index(a.Step); ok && d.Steps[i].Short == nil {
			return a.Text
		}
	}
	return t.text("progress", "n", t.tongue().number(a.Number), "left", t.tongue().number(a.AtMost-a.Number)) + "\n\n" + a.Text
}

// finished takes a dialog that came to its end off the pile, and does what its
// outcome asks for.
func (t *talk) finished(turn dialogs.Turn) error {
	run := *t.top()
	if isMain(run.Dialog) {
		return t.intakeOver(turn.Outcome)
	}
	t.c.Runs = t.c.Runs[:len(t.c.Runs)-1]
	if t.over {
		if turn.Outcome == "erased" {
			t.phrase("forget-done", "backups", t.tongue().dateWithYear(t.w.unreadable.In(t.zone())))
		}
		return nil
	}
	if run.Params[paramCourse] != "" {
		if err := t.courseOver(run, turn); err != nil {
			return err
		}
	}
	if isAnswerDialog(run.Dialog) {
		if err := t.replied(run, turn); err != nil {
			return err
		}
	}
	if run.Dialog == remindersDialog && turn.Outcome == "kept" {
		if err := t.keepsLevel(turn.Facts.Text(factReminders)); err != nil {
			return err
		}
	}
	switch turn.Outcome {
	case "stop", "stopped":
		t.entersNothing()
		t.c.Rest = stopped
		t.phrase("stopped")
		return nil
	case "call":
		t.entersNothing()
		return t.interrupt(sideDialogs["call"])
	case outcomeAgreed:
		return t.takeUp()
	}
	if l := t.c.Lock; l != nil && l.Under && (len(t.c.Runs) == 0 || !isMeeting(t.top().Dialog)) {
		t.asksLock()
		return nil
	}
	t.c.Held = ""
	if next, err := t.next(run, turn.Outcome); next || err != nil {
		return err
	}
	if t.c.Done != "" && len(t.c.Runs) == 1 && isMeeting(run.Dialog) { // nothing is open that could be asked again
		t.phrase("after-help")
		return nil
	}
	if here := turn.Facts.Text(factHere); here != "" && !t.barred() && !t.isShut() {
		asks, err := t.asks(factHere)
		if err != nil {
			return err
		}
		if asks { // they have just said it
			return t.input(dialogs.Press{Answer: here})
		}
	}
	return t.again()
}

// intakeOver closes the intake. Without consent nothing of it is kept; what was
// not sent goes when unfinished intakes go.
func (t *talk) intakeOver(outcome string) error {
	t.c.Done = outcome
	t.c.Once &^= saidNext
	t.w.unplan(t.self, dueNudge)
	t.over = t.over || t.c.Consent == nil && t.c.Case == ""
	if outcome == outcomeRefused {
		return t.auditConsent(didRefuse)
	}
	return nil
}

// picksUp goes on with an intake that was stopped, or in which nothing was
// understood any more.
func (t *talk) picksUp() error {
	if err := t.reopens(); err != nil {
		return err
	}
	t.phrase("welcome-back")
	return t.again()
}

// reopens puts it back to the last question that was about something.
func (t *talk) reopens() error {
	run := &t.c.Runs[0]
	t.c.Done, t.c.Rest, t.c.Runs = "", 0, t.c.Runs[:1]
	run.Misses = 0
	run.Draft, run.Editing, run.Asked, run.Shown = nil, "", "", 0
	for len(run.Trail) > 0 {
		run.Trail = run.Trail[:len(run.Trail)-1]
		turn, err := t.open()
		if err != nil {
			return err
		}
		if turn.Open != nil && !strings.HasPrefix(turn.Open.Step, outcomeLost) {
			break
		}
	}
	return nil
}

// afterwards answers what is written when nothing is open; anew says that the
// person asked to begin again.
func (t *talk) afterwards(anew bool) error {
	if t.coming {
		return nil
	}
	if len(t.c.Waiting) > 0 {
		return t.announces()
	}
	if t.c.Seat != 0 {
		return t.afterPartner(anew)
	}
	if t.unsent() {
		if !anew {
			t.phrase("resting.unsent")
			return nil
		}
		return t.picksUp()
	}
	closed, err := t.caseClosed()
	if err != nil {
		return err
	}
	switch {
	case t.c.Done == outcomeCall && !anew:
		t.phrase("after-call")
	case t.c.ReplyBy != 0 && !closed:
		key := "after-sent"
		switch {
		case t.c.Answered:
			key = "after-answer"
		case t.w.now.Unix() > t.c.ReplyBy:
			key = "after-late"
		case t.c.Once&saidNext != 0 && !anew:
			key = "after-sent.more"
		default:
			t.c.Once |= saidNext
		}
		t.phrase(key)
	default:
		t.phrase("welcome-back")
		t.c.Done, t.c.Runs, t.c.Rest, t.c.Consent, t.c.Level = "", nil, 0, nil, ""
		if closed {
			if err := t.setsAside(); err != nil {
				return err
			}
		}
		return t.begin(intakeDialog, nil)
	}
	return nil
}

// buttons draws the answers of a question, and below them the ways out that
// are always there.
func (t *talk) buttons(q dialogs.Question) [][]Button {
	marks, ways := t.marks(t.questionID(q.Step), q.Rev), t.marks(universalStep, 0)
	data := marks.all(q.Options)
	all := make([]Button, 0, len(q.Options)+3)
	rows := make([][]Button, 0, len(q.Options)+1)
	for i := 0; i < len(q.Options); {
		n := perRow(q, i)
		for _, o := range q.Options[i : i+n] {
			label := o.Label
			if o.Chosen {
				label = "✓ " + label
			}
			at := len(all) * markLength
			all = append(all, Button{Label: label, Data: data[at : at+markLength]})
		}
		rows = append(rows, all[i:i+n:i+n])
		i += n
	}
	always := func(key string, m *answerMarks, answer string) {
		label := t.text(key)
		if !slices.ContainsFunc(q.Options, func(o dialogs.Option) bool { return o.Label == label }) {
			all = append(all, Button{Label: label, Data: m.of(answer), Always: true})
		}
	}
	if q.CanBack || t.aside() {
		always("btn.back", &marks, universalBack)
	}
	if t.top().Dialog != sideDialogs["call"] {
		always("btn.call", &ways, universalCall)
	}
	if t.top().Dialog != sideDialogs["now"] {
		always("btn.now", &ways, universalNow)
	}
	last := all[len(q.Options):]
	if len(last) == 0 {
		return rows
	}
	return append(rows, last)
}

// aside reports that what is open interrupted something and can be left again.
func (t *talk) aside() bool {
	return len(t.c.Runs) > 1 && !isAnswerDialog(t.top().Dialog)
}

// perRow says how many options from i on stand side by side: numbers six,
// short labels two, others one.
func perRow(q dialogs.Question, i int) int {
	short := func(limit, most int) int {
		n := 0
		for n < most && i+n < len(q.Options) && len([]rune(q.Options[i+n].Label)) <= limit && q.Options[i+n].ID[0] != '+' {
			n++
		}
		return n
	}
	if n := short(2, 6); n > 1 {
		return n
	}
	if n := short(15, 2); n > 1 {
		return n
	}
	return 1
}

// phrase says one of the service's own sentences.
func (t *talk) phrase(key string, pairs ...string) {
	t.send(Text{Text: t.text(key, pairs...)}, parcel{class: Prompt})
}

// text words a sentence in the person's language, each thing filled in kept
// apart where it runs the other way than the language does.
func (t *talk) text(key string, pairs ...string) string {
	g := t.tongue()
	if len(pairs) == 0 {
		return g.texts.Say(key, t.given)
	}
	return g.texts.Say(key, func(name string) string {
		if words, ok := paired(pairs, name); ok {
			return dialogs.Isolate(words, g.name)
		}
		return t.given(name)
	})
}

// send puts a message into the outbox, on this person's own lane.
func (t *talk) send(body Body, p parcel) {
	p.lane, p.to, p.body = Lane{Channel: t.c.Channel, Of: t.self}, t.c.To, body
	t.w.out.parcels = append(t.w.out.parcels, p)
}

// zone is the client's time zone: that of the place where the person is now,
// or the practice's until it is known.
func (t *talk) zone() *time.Location {
	if here := t.here(); here != "" {
		if zone, err := time.LoadLocation(t.w.p.Helplines.Zone(here)); err == nil && zone != time.UTC {
			return zone
		}
	}
	return t.w.p.Zone
}

// erase takes away all that is kept of the person here, the messages that
// still wait included, except those of this very step.
func (t *talk) erase() error {
	for _, due := range []string{dueNudge, dueExpire, dueWaiting} {
		t.w.unplan(t.self, due)
	}
	t.w.out.due = slices.DeleteFunc(t.w.out.due, func(d planned) bool { return d.subject == t.self && !d.calls() })
	if t.sweeps {
		if err := t.sweepErased(); err != nil {
			return err
		}
	}
	t.w.erase(t.self, Lane{Channel: t.c.Channel, Of: t.self})
	if t.expired || t.byPractice {
		if err := t.remembers(); err != nil {
			return err
		}
		return t.leaveCase()
	}
	for _, id := range t.c.Earlier {
		t.w.out.post = append(t.w.out.post, posted{to: CaseSubject(id), what: erasedByPractice{Client: true, Case: care.CaseID(id)}})
	}
	return t.leaveCase()
}
