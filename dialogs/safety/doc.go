// Package safety notices, in what a person writes, the words that a human
// must see at once: a crisis, a child at risk, an emergency of the body, force
// by a partner, a question for a doctor, and a request for sexual services.
//
// No model looks at the words. The rules are files under safety/, a folder a
// language, that a clinician can read, change and sign. A rule says which
// words in which order mean something (says), what must stand near them
// (with), and what turns them off (unless): a negation, the past, a film, an
// agreement. A rule may be faint: signs that mean danger only together, and
// that say nothing beside words that name it. Lists of one name in several
// languages are one list, so a rule that joins lists stands once, under
// safety/both. The rules of all languages are held at once, since people mix
// them; the screen is never told which language it reads.
//
// Words are compared as they sound rather than as they are typed: case,
// accents, invisible characters, stretched, spaced or replaced letters and
// common misspellings make no difference.
//
// The package is pure and keeps nothing. What it costs grows with the length
// of the text and no faster. It never decides what happens then: it says
// which rule found which words. What people do in bed by agreement is noticed
// as [Kink] and alarms nobody.
package safety
