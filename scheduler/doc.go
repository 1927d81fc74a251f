// Package scheduler answers one question: when? When does a cadence come
// round next, when may a message be sent, when is the practice open, and by
// when was an answer promised.
//
// Everything here is pure. There is no clock, no goroutine and no store: the
// present arrives as an argument and an instant goes back. What is due is kept
// by the service; this package only says when it falls due.
//
// # Wall clocks
//
// A client who asked for "Mondays at nine" means nine on the clock on the
// wall, in the place where the client is. Wall clocks jump: an hour is left out
// in spring and repeated in autumn, half an hour on Lord Howe Island, a whole
// day in Samoa at the end of 2011. One rule decides all of it:
//
//	A wall-clock time happens at the first instant at which the zone's clock
//	shows that time or a later one.
//
// So a reminder for 02:30 in the night without a 02:30 comes at 03:00, a
// reminder for 02:30 in the night with two of them comes at the first, and the
// order of two reminders never changes. [Resolve] is that rule, and [Cadence],
// [Plan], [AddMonths] and [Hours.Deadline] rest on it.
//
// Quiet hours and opening hours are ranges, and a range holds whenever the
// clock shows a time inside it: both passes of a doubled hour are quiet.
//
// # Plans
//
// A [Plan] is what comes to one person again and again, or a few times: a rule
// with an anchor, a zone, quiet hours and closed days. It names its occurrences
// by the calendar or by counting, never by instants, and so nothing is repeated
// or lost when somebody changes the zone, the quiet hours or the holidays on
// the way. What was missed comes late, once. See there.
//
// # What it never does
//
// It never guesses a zone, never reads the time zone of the machine, and never
// takes a zone out of a cadence: the zone is the client's or the practice's and
// comes from the caller, as a location that is not nil.
package scheduler
