// Package check proves a dialog right before a client meets it.
//
// A compiled dialog is a graph without circles, and what it does follows from
// the answers. So everything that can happen in it is a finite question, and
// this package asks it as one: each dialog becomes a boolean formula whose
// solutions are exactly its paths, and a solver looks for a path that breaks a
// promise. Where it finds one, that path is the proof that something is wrong,
// told as a conversation that can be replayed. Where there is none, nothing is
// wrong on any path, of which an intake has more than could ever be walked.
//
// What is proven: every step and every rule can be reached; the longest and
// the shortest path are as promised; no question is asked again without end;
// nothing reads a fact that was never asked; no private question comes before
// consent, which only a host call records; help is where it must be; nothing
// waits for what never comes; no fact reaches a place that its declaration
// forbids, not even through what a route on it chooses; and every conclusion
// that the practice draws can come, in one dialog or another.
//
// What is not promised: that the call which records consent is made only after
// a yes; that two steps with the same words are told as one, so that ways with
// such steps are refused; that what an answer marked `openly` set is kept from
// later texts; and that a host call's result tells nothing of the facts it
// follows from, which its own declaration must cover.
//
// What it cannot decide within its budget it reports as an error, never as
// fine. The budget counts work, not time, so the same script always gets the
// same report.
//
// What it never does: it enumerates no answers, reads no clock, and judges no
// wording.
package check
