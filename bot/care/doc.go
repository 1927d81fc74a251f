// Package care holds what a sex-therapy practice knows and decides. Before a
// therapy begins: who works here and for whom there is room, what a person
// asked for, how urgent it is, who here could help, and what was decided. And
// in its course: where the work stands and who may move it ([Moves]), sessions
// and the times held for them, goals and their score ([TScore]), measures
// ([Score]), assignments and how they went, what happens when nobody answers
// ([Asking]), and the notes after the ending ([Booster]).
//
// It exists so that these rules stand in one place, can be read next to the
// practice's own rule book, and can be tested without a store, a clock or a
// messenger. Every function is pure: the practice, the caseloads and the time
// arrive as arguments, and equal arguments give equal results, whatever the
// order in which a map happens to be walked.
//
// Two questions are kept apart throughout. [Triage] answers how urgent
// something is, and never looks at money. [Assess] answers who could take it,
// and every result carries its reasons in plain words, because a therapist
// decides and may overrule any of it, except a hard cap ([Caseload.Take]).
//
// What is due when follows from a case as it stands ([Case.Plan]), and is looked
// at again when it is sent ([Case.Runs]). Cron lines, quiet hours and the
// practice's calendar are the scheduler's.
//
// The package never advises a client, never diagnoses, and never writes to a
// client: its words are for therapists. Types that hold a client's words print
// as "[redacted]" in logs and in errors.
package care
