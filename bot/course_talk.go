package bot

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

// This file is the course of care on the side of a chat: what comes from the
// case is said as openly as the person chose, and opened when they are ready.
// Which dialog that is stands in course_dialogs.go, and how the answers go back
// to the case, in the same commit, in course_answers.go.

const (
	// paramCourse and paramGoals are what a run of such a dialog is about.
	paramCourse = "course"
	paramGoals  = "goals.ids"
	// paramGoodbye are the therapist's words at the end of the ending.
	paramGoodbye = "goodbye"
	// paramExpires is until when the times that a run offers are kept, Unix seconds.
	paramExpires = "expires"
	// dueWaiting tells of what waits when quiet hours are over.
	dueWaiting = "waiting"
	// dueAsked begins the name of what is said when a run begins of itself; the run
	// comes behind it.
	dueAsked = "asked/"
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
	case !quiet && t.c.Rest == 0 && t.c.Door == nil && len(t.c.Waiting) == 0 && (l == levelOpen || t.isPrivate(dialog)) && !t.busy():
		if l != levelClosed {
			t.send(Text{Text: t.told(rec, a, l)}, parcel{class: Reminder, reminder: dueAsked + t.runID(dialog)})
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
	case a.Cadence == care.CadenceSessions: // a pause does not stop it
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

// stillAsks looks once more at what a run said when it began of itself, at a time,
// before that leaves: anew when it must not be said now, because of the hour or
// because it is not wanted any more, and nobody has seen it.
func (t *talk) stillAsks(id string, at time.Time) (now, anew bool, err error) {
	i := slices.IndexFunc(t.c.Runs, func(r dialogs.Run) bool { return r.Params[paramRun] == id })
	if i < 0 {
		return false, false, nil
	}
	rec, err := peek[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil {
		return false, false, err
	}
	switch {
	case t.barred(): // what the door hides is shown when it opens
		return false, false, nil
	case t.c.Last > at.Unix(): // they are here
		return true, false, nil
	}
	now = t.wanted(rec, t.asksOf(rec, t.c.Runs[i])) && !t.allowed(t.w.now).After(t.w.now)
	return now, !now, nil
}

// comesAnew takes back a run that began of itself and that nobody saw: its thing
// comes as if it came only now, and what is not wanted any more does not come.
func (t *talk) comesAnew(id string) error {
	if len(t.c.Runs) == 0 || t.top().Params[paramRun] != id {
		return nil
	}
	rec, err := peek[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil {
		return err
	}
	a := t.asksOf(rec, *t.top())
	t.closesAt(len(t.c.Runs) - 1)
	return t.comes(a)
}

// asksOf is the thing of the course of care that a run is about.
func (t *talk) asksOf(rec *caseRecord, run dialogs.Run) Asks {
	cadence, number, _ := strings.Cut(run.Params[paramCourse], "/")
	ref, _ := strconv.Atoi(number)
	a := Asks{Case: rec.Case.ID, Deed: care.DeedAsk, Cadence: care.CadenceName(cadence), Ref: ref, At: t.w.now.Unix()}
	switch run.Dialog {
	case missedDialog:
		a.Deed = care.DeedFollowUp
	case lessDialog:
		a.Deed = offerLess
	}
	return a
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
	if wanted, err := t.stillWaits(); err != nil || !wanted {
		return err
	}
	t.remind(t.text("reminder.closed"), t.openButton())
	return nil
}

// stillWaits reports whether anything that waits is wanted still.
func (t *talk) stillWaits() (bool, error) {
	for _, w := range t.c.Waiting {
		what, err := untagWhat(w)
		if err != nil {
			return false, err
		}
		a, ok := what.(Asks)
		if !ok {
			return true, nil
		}
		rec, err := peek[caseRecord](t.w, CaseSubject(string(a.Case)))
		if err != nil {
			return false, err
		}
		if rec != nil && t.wanted(rec, a) {
			return true, nil
		}
	}
	return false, nil
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

// assignment is the one that a thing is about; 0 for none.
func (a Asks) assignment() care.AssignmentID {
	if a.Cadence != care.CadenceAssignments && a.Cadence != care.CadenceReport {
		return 0
	}
	return care.AssignmentID(a.Ref)
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
		return ok && g.State == care.AssignmentDelivered && !c.Held() && slices.Contains(c.Episode.At().Runs(), a.Cadence)
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

// newestGoodbye puts the therapist's words as they are now into the ending that is
// open: the one for which they were written first may have been taken back.
func (t *talk) newestGoodbye() error {
	run := t.top()
	if run.Dialog != endingDialog || run.Params[paramCourse] == "" {
		return nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err == nil && rec != nil {
		run.Params[paramGoodbye] = rec.Goodbye
	}
	return err
}

// heldBack takes off the screen an assignment that was put on hold since it was
// begun, and an ending that was taken back.
func (t *talk) heldBack() (bool, error) {
	if d := t.top().Dialog; d != assignmentDialog && d != endingDialog || t.top().Params[paramCourse] == "" {
		return false, nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return false, err
	}
	a := t.asksOf(rec, *t.top())
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
	case isPlay && slices.Contains(rec.Case.Episode.At().Runs(), a.Cadence):
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

// coursePhrases are the keys of what is said of the course of care.
func coursePhrases() []string {
	keys := []string{"reminder.closed", "reminder.once-more", "reminder.shall-open", "session.taken", "session.expired", "assignment.withdrawn", "assignment.paused"}
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
