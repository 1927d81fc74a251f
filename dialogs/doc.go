// Package dialogs walks a compiled script with one person.
//
// A conversation is its trail: the ordered list of what came from outside,
// answers, results of host calls, events. Where the conversation stands and
// which facts are known is found anew at every step by walking the script
// from its first step over the trail. So going back, changing an answer,
// resuming after a month and a script that changed meanwhile are one
// mechanism, and an abandoned branch leaves no fact behind: what is not on
// the walk is not known.
//
// Step is a pure function. It reads no clock, does no I/O, uses no
// randomness, and never changes what it was given. What it wants done, it
// returns as Outputs, in order.
//
// What it never does: it handles none of the words that count everywhere
// (help, call me, stop, forget); the caller looks at those first. It never
// scores, interprets or composes a sentence: every text comes from the
// script, from a list, or from the host.
package dialogs
