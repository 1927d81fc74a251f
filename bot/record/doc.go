// Package record writes out what a practice keeps of one client, and of partners
// each in a part of their own: as a page to read and print, as a FHIR R4
// QuestionnaireResponse for other programs, and as JSON of our own that leaves
// nothing out.
//
// A [Record] is plain data. Whoever makes one decides what may stand in it and
// for whose eyes: this package knows nothing of cases, consent or access, and
// leaves out nothing that it was given. It reads no clock, opens no file and
// seals nothing.
//
// # What it keeps safe
//
// Everything that people wrote is taken as text and as nothing else: markup in
// it is shown, not followed. Signs that a page, a terminal or a parser could
// stumble over are taken out: controls, half characters, and the marks that
// turn the direction of what stands behind them. The page loads nothing, runs
// nothing, and carries no name in its title, which stands in window bars and in
// the history of a browser.
//
// # Our own JSON
//
// [JSON] writes one object, with the [Version] of its form in "anteroom-record".
// A later version may add members; it never changes what one means. Times are
// RFC 3339; members that hold nothing are left out. The types of this package
// are its documentation: their tags are its names.
package record
