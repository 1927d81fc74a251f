// Package script is the language in which a therapist writes a dialog: it
// reads the files, says what is wrong with them, and compiles what is right
// into a form that package dialogs can walk without parsing anything.
//
// One YAML file is one dialog: its facts (what may be learned, who may see
// it, how long it is kept) and its steps, top to bottom. A second kind of
// file holds lists of options that several dialogs share.
//
// Everything is decided at load. Every reference is resolved, every
// condition is type-checked against the declared facts, called dialogs are
// compiled inline, and the steps must form a graph without circles. A mistake
// is reported as a Problem with file, line, column and what to write instead,
// and all mistakes are reported together. What follows from the conditions, the
// longest path too, package check proves.
//
// What it never does: it reads no clock and no network, keeps no state, and
// never guesses. A word that looks like a truth value, a doubled key, an
// alias or a tab is refused rather than interpreted.
package script
