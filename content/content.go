// Package content is what clients read: the dialogs, the lists of answers, the
// service's own phrases, the help numbers, and a sample practice, all as files
// that a therapist can open, read and sign.
//
//	dialogs/     one conversation each: the intake, the calls it makes, the answers to a client
//	lists/       options that several dialogs share: topics, treatments, places
//	assignments/ the library of things to try at home, one file each
//	texts/       what the service says outside the dialogs
//	translations/  all of that in other languages, a folder each
//	safety/      the words that a human must see at once, by language
//	helplines.yaml  help numbers and time zones, by the country where a person is now
//	schema/      what a dialog, a list and a translation may hold, for editors
//	dialogs.lock    the ids that were released
//	reviews.yaml    who has read the texts on safety and consent, and when
//	practice/    a sample practice to start from
//	transcripts/ conversations with it, to read and sign
//
// The files are the product, so they are read as they are: a practice replaces
// any of them with its own. This package embeds them, and reads those that
// are data rather than dialogs. It knows nothing of the dialog engine, of the
// scheduler or of the practice's rules, and it decides nothing: which number is
// shown when is up to whoever asks.
package content

import "embed"

// Files holds everything in this folder that a person reads.
//
//go:embed assignments dialogs lists texts translations practice safety schema helplines.yaml reviews.yaml dialogs.lock
var Files embed.FS

// Transcripts are the conversations, apart: they show the content, and are none.
//
//go:embed transcripts
var Transcripts embed.FS

// Proof names the content here as it was when it was last proved.
//
//go:embed proof
var Proof string
