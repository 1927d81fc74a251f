package bot

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// This file is the course of care on the side of a chat: what comes from the
// case is said as openly as the person chose, opened when they are ready, and
// their answers go back to the case in the same commit.

const (
	// paramCourse and paramGoals are what a run of such a dialog is about.
	paramCourse = "course"
	paramGoals  = "goals.ids"
	// paramExpires is until when the times that a run offers are kept, Unix seconds.
	paramExpires = "expires"
	// dueWaiting tells of what waits when quiet hours are over.
	dueWaiting = "waiting"
	// nowOrNever names a reminder that is no use later: of a session.
	nowOrNever = "now"
	// stepPrivate begins the names of the steps by which dialogs ask for a
	// private moment themselves.
	stepPrivate = "private"
)

// What comes to a person beside what a plan brings.
const (
	sessionConfirmed care.Deed = "confirmed"
	sessionCancelled care.Deed = "cancelled"
	offerLess        care.Deed = "offer-less" // the question whether to ask less
)

// lessAbout are the cadences about which that is asked: what comes again and
// again.
var lessAbout = map[care.CadenceName]bool{
	care.CadenceReport: true, care.CadencePulse: true, care.CadenceMeasures: true, care.CadenceReview: true, care.CadenceWaitlist: true,
}

// kind begins the keys of what is said about it: "reminder.report", as in
// reminder.report.open.
func (a Asks) kind() string {
	switch {
	case a.Deed == sessionConfirmed:
		return "session.confirmed"
	case a.Deed == sessionCancelled:
		return "session.cancelled"
	case a.Deed == care.DeedFollowUp:
		return "no-show"
	case a.Deed == care.DeedRemind:
		return "reminder.session"
	case a.Deed == offerLess:
		return "reminder.less"
	}
	switch a.Cadence {
	case care.CadenceSessions:
		return "reminder.times"
	case care.CadenceSittings:
		return "reminder.sitting"
	case care.CadenceAssignments:
		return "reminder.assignment"
	case care.CadenceReport:
		return "reminder.report"
	case care.CadencePulse, care.CadenceMeasures:
		return "reminder.check-in"
	case care.CadenceWaitlist:
		return "reminder.waitlist"
	case care.CadenceBoosters:
		return "reminder.booster"
	}
	return "reminder.goals"
}

// only reports that it is said, and nothing is asked.
func (a Asks) only() bool {
	return a.Deed == care.DeedRemind || a.Deed == sessionConfirmed || a.Deed == sessionCancelled
}

// told is what is said of it, by how open it may be.
func (t *talk) told(rec *caseRecord, a Asks, l level) string {
	if l == levelClosed && !a.only() && a.Deed != care.DeedFollowUp {
		return t.text("reminder.closed")
	}
	key := a.kind() + "." + string(l)
	by, when := "", ""
	s, ok := rec.Case.Session(care.SessionID(a.Ref))
	switch {
	case l == levelClosed && a.Deed == care.DeedRemind:
		key = "reminder.closed"
	case a.Deed == sessionConfirmed && s.InPlaceOf != 0:
		key = "session.moved." + string(l)
	}
	if ok && a.Cadence == care.CadenceSessions {
		by = t.w.p.nameOf(s.Therapist)
		when = t.tongue().moment(time.Unix(s.Start, 0), t.zone())
	} else {
		by = t.w.p.nameOf(rec.Case.Holder.By)
		if next, ok := rec.Case.NextSession(t.w.now); ok {
			when = t.tongue().moment(time.Unix(next.Start, 0), t.zone())
		}
	}
	title := ""
	if g, ok := rec.Case.Assignment(care.AssignmentID(a.Ref)); ok {
		title = t.w.p.Plays.Title(g.Library, t.tongue().form)
	}
	return t.text(key, "therapist", by, "when", when, "assignment", title)
}

// nameOf is how a therapist is called; the practice's name for nobody.
func (p *Practice) nameOf(id care.TherapistID) string {
	if who, ok := p.Therapist(id); ok {
		return who.Name
	}
	return p.Name
}

// comes takes something of the course of care: it is looked at once more, and
// said as openly as the person wants it, outside their quiet hours. Who rests is
// told of what is booked, and of nothing else.
func (t *talk) comes(a Asks) error {
	rec, err := peek[caseRecord](t.w, CaseSubject(string(a.Case)))
	if err != nil || rec == nil || t.c.Case != string(a.Case) || t.c.Gone || t.c.Rest != 0 && a.Cadence != care.CadenceSessions || !t.wanted(rec, a) {
		return err
	}
	t.c.Client = t.c.Client || rec.Case.Status == care.Booked // it may have been booked by phone
	l, err := t.level()
	if err != nil {
		return err
	}
	if t.c.Door != nil {
		l = levelClosed
	}
	at := t.allowed(t.w.now)
	quiet := at.After(t.w.now) && !t.urgent(rec, a, at)
	dialog, _ := t.dialogOf(rec, a)
	switch {
	case t.left(): // after quick exit the chat stays still
	case a.only() && l != levelClosed && !quiet:
		return t.tells(rec, a, l, parcel{class: Reminder, reminder: nowOrNever})
	case a.Deed == care.DeedNudge:
		return t.nudges(a)
	case t.follows(a):
		return t.awaits(a)
	case !quiet && t.c.Door == nil && len(t.c.Waiting) == 0 && (l == levelOpen || t.isPrivate(dialog)) && !t.busy():
		if l != levelClosed {
			t.remind(t.told(rec, a, l), nil)
		}
		t.c.Came = a.At
		return t.unfolds(a)
	}
	if err := t.awaits(a); err != nil {
		return err
	}
	switch {
	case t.left():
	case quiet:
		t.w.plan(dueWaiting, at)
	case a.only():
		t.c.Came = a.At
		t.send(Text{Text: t.told(rec, a, l), Buttons: t.openButton()}, parcel{class: Reminder, reminder: nowOrNever})
	default:
		t.c.Came = a.At
		t.remind(t.told(rec, a, l), t.openButton())
	}
	return nil
}

// urgent reports that a word about a session would come too late after quiet
// hours.
func (t *talk) urgent(rec *caseRecord, a Asks, at time.Time) bool {
	if !a.only() {
		return false
	}
	s, _ := rec.Case.Session(care.SessionID(a.Ref))
	return a.Deed == care.DeedRemind || s.Start <= at.Unix()
}

// atOnce is how close together things come that count as one: the person hears
// of the first, and the others follow it.
const atOnce = time.Minute

// follows reports that a thing came together with another, which the person has
// not done with: it waits behind that, and nothing is said of it. What is booked
// is always told.
func (t *talk) follows(a Asks) bool {
	return !a.only() && t.c.Came != 0 && a.At-t.c.Came < int64(atOnce/time.Second) && (t.busy() || len(t.c.Waiting) > 0)
}

// next takes out what waits behind something that the practice brought, when
// that is done with. Who put it off is not asked the next thing at once.
func (t *talk) next(run dialogs.Run, outcome string) (bool, error) {
	if len(t.c.Waiting) == 0 || t.c.Door != nil || t.busy() || !isBrought(run) || outcome == courseLater {
		return false, nil
	}
	return true, t.takesOut()
}

// awaits lets a thing wait until the person opens it; what waited about the same
// is overtaken.
func (t *talk) awaits(a Asks) error {
	for i, w := range t.c.Waiting {
		if what, err := untagWhat(w); err == nil {
			if old, ok := what.(Asks); ok && old.mark() == a.mark() {
				t.c.Waiting = slices.Delete(slices.Clone(t.c.Waiting), i, i+1)
				break
			}
		}
	}
	waits, err := tag(a)
	if err == nil {
		t.c.Waiting = append(t.c.Waiting, waits)
	}
	return err
}

// remind sends what nobody waits for: it is not sent again when nobody knows
// whether it came through.
func (t *talk) remind(text string, buttons [][]Button) {
	t.send(Text{Text: text, Buttons: buttons}, parcel{class: Reminder, reminder: dueWaiting})
}

// isPrivate reports that a dialog asks for a private moment before it says
// anything: it may begin on a screen that somebody else can see.
func (t *talk) isPrivate(dialog string) bool {
	d, ok := t.w.p.Library.Dialog(dialog)
	return ok && len(d.Steps) > 0 && strings.HasPrefix(d.Steps[0].ID, stepPrivate)
}

// busy reports that another dialog is open: what comes waits behind it.
func (t *talk) busy() bool { return len(t.c.Runs) > 1 || t.c.Done == "" && t.c.Consent != nil }

// tellsWaiting says that something waits, now that it may be said.
func (t *talk) tellsWaiting() error {
	if len(t.c.Waiting) == 0 || t.left() || t.c.Rest != 0 || t.c.Gone {
		return nil
	}
	if at := t.allowed(t.w.now); at.After(t.w.now) {
		t.w.plan(dueWaiting, at)
		return nil
	}
	t.remind(t.text("reminder.closed"), t.openButton())
	return nil
}

// tellsCase keeps what the case must know of the person: where they are, for
// the hours at which they are written to, and whether they rest or cannot be
// reached.
func (t *talk) tellsCase() error {
	if t.c.Case == "" || !t.c.Client && t.c.Seat == 0 {
		return nil
	}
	zone, quiet := t.zone().String(), t.c.Rest != 0 || t.c.Gone
	if zone == t.c.Zone && quiet == t.c.Quieted {
		return nil
	}
	rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil {
		return err
	}
	if h := t.w.have[CaseSubject(t.c.Case)]; h.put { // this step has changed it already
		now := h.value.(caseRecord)
		rec = &now
	}
	t.setZone(rec)
	if quiet != t.c.Quieted {
		t.c.Quieted = quiet
		if quiet {
			err = rec.Case.PauseFor(t.me(), time.Time{}, t.w.now)
		} else {
			rec.Case.GoOn(t.me(), t.w.now)
		}
		if err != nil && !errors.Is(err, care.ErrNotPossible) {
			return err
		}
	}
	t.w.keepQuietly(rec)
	return nil
}

// setZone notes on the case where the person is.
func (t *talk) setZone(rec *caseRecord) {
	t.c.Zone = t.zone().String()
	zones := maps.Clone(rec.Zones)
	if zones == nil {
		zones = make(map[care.PersonID]string)
	}
	zones[t.me()] = t.c.Zone
	rec.Zones = zones
}

func (t *talk) openButton() [][]Button {
	ours := t.marks(doorMarks, 0)
	return [][]Button{{{Label: t.text("btn.open"), Data: ours.of(markOpen)}}}
}

// nudges says once more that something waits. The question itself never comes
// unasked: two days later somebody else may hold the phone.
func (t *talk) nudges(a Asks) error {
	if t.left() {
		return nil
	}
	follows := t.follows(a)
	a.Deed = care.DeedAsk
	if err := t.awaits(a); err != nil { // it was opened and left: it waits again
		return err
	}
	if !follows {
		t.c.Came = a.At
		t.remind(t.text("reminder.once-more"), t.openButton())
	}
	return nil
}

// mark names what a run is about.
func (a Asks) mark() string {
	return string(a.Cadence) + "/" + strconv.Itoa(a.Ref)
}

// wanted looks whether a thing still stands.
func (t *talk) wanted(rec *caseRecord, a Asks) bool {
	c, id, now := rec.Case, t.me(), t.w.now
	switch {
	case a.Deed == sessionCancelled || a.Deed == sessionConfirmed:
		return true
	case a.Deed == offerLess:
		return slices.ContainsFunc(c.Quieted, func(q care.Quieted) bool {
			return q.Cadence == a.Cadence && q.Person == id && q.Mode == care.QuietAsked
		}) && slices.Contains(c.Here(), id)
	case a.Cadence == care.CadenceSessions:
		s, ok := c.Session(care.SessionID(a.Ref))
		switch a.Deed {
		case care.DeedRemind:
			return ok && s.State == care.SessionBooked && s.Start > now.Unix()
		case care.DeedFollowUp:
			return ok && s.State == care.SessionMissed
		}
		return ok && s.State == care.SessionOffered && s.Expires > now.Unix()
	case a.Cadence == care.CadenceAssignments:
		g, ok := c.Assignment(care.AssignmentID(a.Ref))
		return ok && g.State == care.AssignmentDelivered && !c.Held()
	case a.Cadence == care.CadenceReport:
		g, ok := c.Assignment(care.AssignmentID(a.Ref))
		return ok && g.State != care.AssignmentWithdrawn && c.Runs(a.Cadence, id, now)
	}
	return c.Runs(a.Cadence, id, now)
}

// unfolds begins the dialog of a thing, or says why it is no longer asked.
func (t *talk) unfolds(a Asks) error {
	rec, err := peek[caseRecord](t.w, CaseSubject(string(a.Case)))
	if err != nil || rec == nil {
		return err
	}
	if a.only() {
		if a.Deed == care.DeedRemind && !t.wanted(rec, a) {
			t.phrase("stale-button") // it is over, or was cancelled: what was said of that has come by itself
			return nil
		}
		return t.tells(rec, a, levelOpen, parcel{class: Prompt})
	}
	dialog, params := t.dialogOf(rec, a)
	if !t.wanted(rec, a) || dialog == "" {
		return t.gone(rec, a)
	}
	for i, r := range t.c.Runs {
		if i == 0 || r.Params[paramCourse] != a.mark() {
			continue
		}
		t.closesAt(i)
		if r.Dialog == dialog { // it goes on where it was left
			t.c.Runs = append(t.c.Runs, r)
			return t.again()
		}
		break
	}
	params[paramCourse] = a.mark()
	return t.begin(dialog, params)
}

// tells says what is told of a session, with what can be done about it, and for
// the calendar when something changed. Of a session that was given up meanwhile
// nobody is reminded.
func (t *talk) tells(rec *caseRecord, a Asks, l level, p parcel) error {
	s, _ := rec.Case.Session(care.SessionID(a.Ref))
	if a.Deed != sessionCancelled && (s.State == care.SessionCancelled || s.State == care.SessionMoved) {
		a.Deed = sessionCancelled
	}
	if a.Deed == care.DeedRemind {
		p.notAfter = time.Unix(s.Start, 0)
	}
	t.send(Text{Text: t.told(rec, a, l), Buttons: t.sessionButtons(rec.Case, s, sessionThere, sessionMove, sessionCancel)}, p)
	if a.Deed == care.DeedRemind {
		return nil
	}
	return t.calendar(rec, s)
}

// heldBack takes an assignment off the screen that was put on hold since it was
// begun.
func (t *talk) heldBack() (bool, error) {
	run := *t.top()
	cadence, number, _ := strings.Cut(run.Params[paramCourse], "/")
	if care.CadenceName(cadence) != care.CadenceAssignments {
		return false, nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return false, err
	}
	ref, _ := strconv.Atoi(number)
	a := Asks{Case: rec.Case.ID, Deed: care.DeedDeliver, Cadence: care.CadenceAssignments, Ref: ref, At: t.w.now.Unix()}
	if t.wanted(rec, a) {
		return false, nil
	}
	t.closesAt(len(t.c.Runs) - 1)
	return true, t.gone(rec, a)
}

// gone says that something which was opened is not asked any more.
func (t *talk) gone(rec *caseRecord, a Asks) error {
	g, ok := rec.Case.Assignment(care.AssignmentID(a.Ref))
	isPlay := a.Cadence == care.CadenceAssignments || a.Cadence == care.CadenceReport
	switch {
	case isPlay && ok && g.State == care.AssignmentWithdrawn:
		t.phrase("assignment.withdrawn", "therapist", t.w.p.nameOf(g.By))
	case isPlay:
		t.phrase("assignment.paused")
		if rec.Case.Held() { // it comes when the hold is lifted
			return t.awaits(a)
		}
	case a.Cadence == care.CadenceSessions && a.Deed == care.DeedAsk:
		s, _ := rec.Case.Session(care.SessionID(a.Ref))
		t.phrase("session.expired", "therapist", t.w.p.nameOf(s.Therapist))
	default:
		t.phrase("stale-button")
	}
	return nil
}

// dialogOf is the dialog of a thing and what its texts ask for.
func (t *talk) dialogOf(rec *caseRecord, a Asks) (string, map[string]string) {
	c, id, form := rec.Case, t.me(), t.tongue().form
	params := map[string]string{"therapist": t.w.p.nameOf(rec.therapist())}
	if a.Deed == offerLess {
		params["about"] = t.text("less." + string(a.Cadence))
		return lessDialog, params
	}
	switch a.Cadence {
	case care.CadenceSittings:
		name, ok := c.NextSitting(id)
		if !ok {
			return "", nil
		}
		return string(name), params
	case care.CadencePulse:
		return "pulse", params
	case care.CadenceMeasures:
		return measuresDialog(t.w.p.Rules.Between.Measures), params
	case care.CadenceAssignments, care.CadenceReport:
		g, ok := c.Assignment(care.AssignmentID(a.Ref))
		if !ok {
			return "", nil
		}
		params["assignment"] = t.w.p.Plays.Title(g.Library, form)
		if a.Cadence == care.CadenceAssignments {
			params["assignment.text"] = t.w.p.Plays.Words(g.Library, g.Variant, form)
			return "assignment", params
		}
		if extra := t.w.p.Plays.Extra(g.Library, form); extra != "" {
			params["extra"] = extra
		}
		return reportDialog, params
	case care.CadenceGoals:
		params["goals"] = goalLines(c.GoalsOf(id, false))
		return "goals-agree", params
	case care.CadenceReview:
		var ids []string
		for i, g := range c.GoalsOf(id, true) {
			if i == len(goalWords) {
				break
			}
			params["goal."+goalWords[i]] = g.Words
			ids = append(ids, strconv.Itoa(int(g.ID)))
		}
		params[paramGoals] = strings.Join(ids, ",")
		return "goal-review", params
	case care.CadenceEnding:
		params["goals"], params["goodbye"] = goalLines(c.GoalsOf(id, true)), rec.Goodbye
		return "ending", params
	case care.CadenceBoosters:
		params["signs"] = t.signLines(c.SignsOf(id))
		return "booster", params
	case care.CadenceWaitlist:
		d, _ := c.Last()
		who, _ := t.w.p.Therapist(d.Therapist)
		return "still-waiting", map[string]string{"date": t.dayOr(d.Date, who.NextOpening), "window": t.dayOr(d.WriteBy, "")}
	case care.CadenceSessions:
		s, ok := c.Session(care.SessionID(a.Ref))
		if !ok {
			return "", nil
		}
		params["therapist"] = t.w.p.nameOf(s.Therapist)
		if a.Deed == care.DeedFollowUp {
			return "missed", params
		}
		times := make([]string, len(s.Offered))
		for i, at := range s.Offered {
			times[i] = strconv.FormatInt(at, 10)
		}
		params["times"], params[paramExpires] = strings.Join(times, ","), strconv.FormatInt(s.Expires, 10)
		return "session-times", params
	}
	return "", nil
}

// therapist is who treats the case.
func (r *caseRecord) therapist() care.TherapistID {
	for i := len(r.Case.Sessions) - 1; i >= 0; i-- {
		if by := r.Case.Sessions[i].Therapist; by != "" {
			return by
		}
	}
	if d, ok := r.Case.Last(); ok && d.Therapist != "" {
		return d.Therapist
	}
	return r.Case.Holder.By
}

// measuresDialog is the dialog that asks the instruments which a practice chose.
func measuresDialog(chosen []care.Instrument) string {
	if len(chosen) == 1 {
		return string(chosen[0])
	}
	for _, i := range chosen {
		if i == care.PHQ9 || i == care.GAD7 {
			return "mood-long"
		}
	}
	return "mood"
}

// measured are the instruments that a dialog asks.
var measured = map[string][]care.Instrument{
	"mood": {care.PHQ2, care.GAD2}, "mood-long": {care.PHQ9, care.GAD7},
	"phq2": {care.PHQ2}, "gad2": {care.GAD2}, "phq9": {care.PHQ9}, "gad7": {care.GAD7},
	"pulse": {care.Bother, care.Content},
}

func goalLines(goals []care.Goal) string {
	var lines []string
	for _, g := range goals {
		lines = append(lines, "• "+g.Words)
	}
	return strings.Join(lines, "\n")
}

// signLines are a person's signs, those of the practice's list in their language.
func (t *talk) signLines(signs []care.Sign) string {
	labels := make(map[string]string)
	if list, ok := t.w.p.Library.List("signs"); ok {
		for _, o := range list.In(t.tongue().form).All {
			labels[o.ID] = o.Label
		}
	}
	var lines []string
	for _, s := range signs {
		words := s.Words
		if s.Listed != "" {
			words = labels[s.Listed]
		}
		if words != "" {
			lines = append(lines, "• "+words)
		}
	}
	return strings.Join(lines, "\n")
}

// courseOver brings the answers of a dialog to the case.
func (t *talk) courseOver(run dialogs.Run, turn dialogs.Turn) error {
	s := CaseSubject(t.c.Case)
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return err
	}
	cadence, number, _ := strings.Cut(run.Params[paramCourse], "/")
	ref, _ := strconv.Atoi(number)
	a := Asks{Case: rec.Case.ID, Deed: care.DeedAsk, Cadence: care.CadenceName(cadence), Ref: ref, At: t.w.now.Unix()}
	switch run.Dialog {
	case "missed":
		a.Deed = care.DeedFollowUp
	case lessDialog:
		a.Deed = offerLess
	}
	if turn.Outcome == courseLater { // it waits for a private moment
		return t.awaits(a)
	}
	alerts := len(rec.Case.Alerts)
	switch err := t.courseAnswered(rec, run, turn, a); {
	case errors.Is(err, care.ErrWithdrawn), errors.Is(err, care.ErrHeld), errors.Is(err, care.ErrExpired):
		return t.gone(rec, a)
	case errors.Is(err, care.ErrNotPossible):
		t.phrase("stale-button")
		return nil
	case err != nil:
		return err
	}
	if len(rec.Case.Alerts) > alerts {
		t.w.calls(s, rec)
	}
	t.w.audit(rec.Case.ID, t.who(), "answered: "+run.Dialog)
	if err := t.w.saysGoodbye(rec); err != nil {
		return err
	}
	return t.w.keepCase(rec)
}

// courseAnswered is what each dialog's answers do to the case.
func (t *talk) courseAnswered(rec *caseRecord, run dialogs.Run, turn dialogs.Turn, a Asks) error {
	c, id, now, facts := &rec.Case, t.me(), t.w.now, forCase(turn.Facts)
	news := func(what string) { t.w.notice(fmt.Sprintf("%s: %s", c.ID, what)) }
	if turn.Outcome != coursePassed {
		c.Keep(run.Dialog, id, facts, now)
	}
	switch run.Dialog {
	case "story", "body-tried", "hopes":
		if turn.Outcome == coursePassed {
			facts = nil
		}
		if err := c.Sit(care.SittingName(run.Dialog), id, facts, now); err != nil || facts == nil || run.Dialog != "hopes" {
			return err
		}
		_, err := t.measures(rec, []care.Instrument{care.PHQ2, care.GAD2}, facts)
		return err
	case "mood", "mood-long", "phq2", "gad2", "phq9", "gad7", "pulse":
		flags, err := t.measures(rec, measured[run.Dialog], facts)
		if err != nil {
			return err
		}
		c.Heard(a.Cadence, id, 0, now)
		if len(flags) > 0 {
			news("an answer to a check-in needs a look.")
		}
	case "assignment":
		switch turn.Outcome {
		case "asked":
			news("the client has a question about what they were given.")
		case "not-now":
			news("the client would rather not do now what they were given; it is taken back.")
			return c.Withdraw(care.AssignmentID(a.Ref), now)
		}
	case reportDialog:
		if turn.Outcome == coursePassed {
			c.Heard(a.Cadence, id, a.Ref, now)
			return nil
		}
		r := care.ReadReport(facts)
		r.Person = id
		flags, err := c.Report(care.AssignmentID(a.Ref), r, now)
		if err != nil {
			return err
		}
		if len(flags) > 0 {
			news("a report needs a look: assignments are on hold until you lift it.")
		}
	case "goals-agree":
		c.Heard(a.Cadence, id, 0, now)
		if turn.Outcome == "agreed" {
			c.AgreeGoals(id, now)
			return nil
		}
		news("the client would like to talk about the goals.")
	case "goal-review":
		c.Heard(a.Cadence, id, 0, now)
		levels := make(map[care.GoalID]care.Attained)
		for i, one := range strings.Split(run.Params[paramGoals], ",") {
			n, err := strconv.Atoi(one)
			if level, ok := care.ReadAttained(facts["goal_"+goalWords[min(i, len(goalWords)-1)]]); err == nil && ok {
				levels[care.GoalID(n)] = level
			}
		}
		return c.RateGoals(id, levels, now)
	case "ending":
		return t.ended(rec, turn)
	case "booster":
		return t.boosted(rec, turn)
	case "still-waiting":
		c.Heard(a.Cadence, id, 0, now)
		kind := care.ReplyKind(turn.Outcome)
		if err := c.Reply(kind, "", now); err != nil {
			return err
		}
		if kind != care.WillWait {
			news("the client on the waitlist answered.")
			return t.w.release(rec, "")
		}
	case "session-times":
		return t.timed(rec, turn, a)
	case lessDialog:
		if mode, ok := lessModes[turn.Outcome]; ok {
			news("the client chose how often to be asked.")
			return c.AskLess(a.Cadence, id, mode, now)
		}
	case "missed":
		news("the client answered about the session that they missed.")
	}
	return nil
}

const lessDialog = "ask-less"

// lessModes are the answers to how often to ask.
var lessModes = map[string]care.QuietMode{"less": care.QuietLess, "never": care.QuietStop, "as-before": ""}

const reportDialog = "report"

// putsHold puts assignments on hold as soon as a report tells of pain or of
// pressure: it may never come to its end.
func (t *talk) putsHold(turn dialogs.Turn) error {
	r := care.ReadReport(forCase(turn.Facts))
	if !r.Pain && !r.Pressure || t.c.Case == "" {
		return nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil || !rec.Case.PutHold("", t.w.now) {
		return err
	}
	t.w.notice(string(rec.Case.ID) + ": something in a report that is being written needs a look: assignments are on hold until you lift it.")
	t.w.keepQuietly(rec)
	return nil
}

// measures keeps the figures of the instruments that were answered.
func (t *talk) measures(rec *caseRecord, all []care.Instrument, facts map[string]string) (flags []care.Flag, err error) {
	for _, i := range all {
		answers := care.ReadAnswers(i, facts)
		if !answeredAny(answers) {
			continue
		}
		more, err := rec.Case.Measure(i, t.me(), answers, t.w.p.Rules.Alerts, t.w.now)
		if err != nil {
			return nil, err
		}
		flags = append(flags, more...)
	}
	return flags, nil
}

func answeredAny(answers []int) bool {
	for _, a := range answers {
		if a != care.Left {
			return true
		}
	}
	return false
}

// timed takes the choice of a time.
func (t *talk) timed(rec *caseRecord, turn dialogs.Turn, a Asks) error {
	id := care.SessionID(a.Ref)
	s, ok := rec.Case.Session(id)
	if !ok {
		return fmt.Errorf("session %d: %w", id, care.ErrNotPossible)
	}
	if s.State != care.SessionOffered || t.w.now.Unix() >= s.Expires {
		return care.ErrExpired
	}
	start, err := strconv.ParseInt(turn.Facts.Text("slot"), 10, 64)
	if turn.Outcome != "picked" || err != nil {
		if err := rec.Case.DeclineTimes(id, t.w.now); err != nil {
			return err
		}
		t.w.notice(string(rec.Case.ID) + ": the times do not suit the client; it is your turn again.")
		return t.w.free(rec.Case.ID, &rec.Case, id)
	}
	load, err := t.w.caseload(s.Therapist)
	if err != nil {
		return err
	}
	if err := load.Keep(rec.Case.ID, id, start, t.w.now); err != nil {
		t.phrase("session.taken")
		return t.awaits(a)
	}
	if err := rec.Case.ChooseTime(id, start, t.w.now); err != nil {
		return err
	}
	t.w.write(CaseloadSubject(string(s.Therapist)), *load)
	t.w.tellAll(rec, sessionConfirmed, s, t.me())
	s, _ = rec.Case.Session(id)
	return t.calendar(rec, s)
}

// tellAll tells everybody of the case about a session, but the one who knows.
func (w *world) tellAll(rec *caseRecord, what care.Deed, s care.Session, knows care.PersonID) {
	for _, id := range rec.Case.Attends(s) {
		if id == knows {
			continue
		}
		w.asks(rec, care.Due{Deed: what, Cadence: care.CadenceSessions, Person: id, Ref: int(s.ID)})
	}
}

// boosterPeriods are the answers of the ending, as the practice's rules name
// them.
var boosterPeriods = map[string]care.Period{
	"one-month": {Months: 1}, "three-months": {Months: 3}, "six-months": {Months: 6}, "twelve-months": {Months: 12},
}

// ended takes the list of signs, and the boosters that the person wants.
func (t *talk) ended(rec *caseRecord, turn dialogs.Turn) error {
	c, id, now, f := &rec.Case, t.me(), t.w.now, turn.Facts
	c.Heard(care.CadenceEnding, id, 0, now)
	if turn.Outcome == coursePassed {
		return nil
	}
	var signs []care.Sign
	for _, listed := range f.List("ending_signs") {
		if listed != "other" {
			signs = append(signs, care.Sign{Person: id, Listed: listed, At: now.Unix()})
		}
	}
	if own := f.Text("ending_signs_words"); own != "" {
		signs = append(signs, care.Sign{Person: id, Words: own, At: now.Unix()})
	}
	if err := c.SetSigns(id, signs, now); err != nil {
		return err
	}
	var chosen []care.Period
	for _, answer := range f.List("ending_boosters") {
		if n, ok := boosterPeriods[answer]; ok {
			if own := t.w.p.booster(n); slices.Contains(t.w.p.Rules.Boosters, own) {
				chosen = append(chosen, own)
			}
		}
	}
	if err := c.OptIn(id, chosen, t.w.p.Rules, now); err != nil {
		return err
	}
	switch {
	case f.Text("ending_data") != "erase-chat":
	case len(chosen) > 0: // the notes need the chat: what stands in it goes
		t.sweep()
	default:
		return t.interrupt(forgetDialog)
	}
	return nil
}

// booster is the practice's own period for an answer of the ending: the answers
// stand for its boosters in their order.
func (p *Practice) booster(asked care.Period) care.Period {
	for i, usual := range care.DefaultRules().Boosters {
		if usual == asked && i < len(p.Rules.Boosters) {
			return p.Rules.Boosters[i]
		}
	}
	return asked
}

// boosted takes the answer to a booster; whoever wants a session is back.
func (t *talk) boosted(rec *caseRecord, turn dialogs.Turn) error {
	reply := care.BoosterReply(turn.Outcome)
	if err := rec.Case.AnswerBooster(t.me(), reply, t.w.now); err != nil {
		return err
	}
	if reply != care.BoosterSession {
		if rec.Case.SettleBoosters(t.w.p.Rules, t.w.now) { // that was the last
			err := t.w.move(rec, care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
			if !errors.Is(err, care.ErrNotPossible) { // it may be closed already
				return err
			}
		}
		return nil
	}
	t.w.notice(string(rec.Case.ID) + ": the client would like a session after a booster.")
	return t.w.move(rec, care.MoveReturn, care.Mover{As: care.RoleClient, Round: care.AnyRound})
}

// saysGoodbye moves a case on whose people have all answered the ending, once
// no session is left: to the boosters that they chose, or to its close.
func (w *world) saysGoodbye(rec *caseRecord) error {
	c := &rec.Case
	if c.Episode.At() != care.PhaseEnded {
		return nil
	}
	if _, meets := c.NextSession(w.now); meets {
		return nil
	}
	boosters := false
	for _, id := range c.Here() {
		if !c.Answered(care.CadenceEnding, id) {
			return nil
		}
	}
	for _, b := range c.Boosters {
		boosters = boosters || b.Turn == c.Episode.Turn && b.State == care.BoosterPlanned
	}
	if boosters {
		return w.move(rec, care.MoveBoost, care.Mover{As: care.RoleClient, Round: care.AnyRound})
	}
	return w.move(rec, care.MoveFinish, care.Mover{As: care.RoleService, Round: care.AnyRound})
}

// coursePhrases are the keys of what is said of the course of care.
func coursePhrases() []string {
	keys := []string{"reminder.closed", "reminder.once-more", "session.taken", "session.expired", "assignment.withdrawn", "assignment.paused"}
	for _, kind := range []string{"session", "times", "sitting", "assignment", "report", "check-in", "goals", "waitlist", "booster", "less"} {
		keys = append(keys, "reminder."+kind+".middle", "reminder."+kind+".open")
	}
	for name := range lessAbout {
		keys = append(keys, "less."+string(name))
	}
	for _, kind := range []string{"session.confirmed", "session.moved", "session.cancelled", "no-show"} {
		keys = append(keys, kind+".closed", kind+".middle", kind+".open")
	}
	return keys
}
