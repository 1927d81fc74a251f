// Package bot is the service: one event in, one atomic step, messages out.
//
//	telegram   web   terminal   slack (therapist)   what fell due   command line
//	    └───────┴───────┴─────────────┴──────────────────┴───────────────┘
//	                 ▼  Event: id, practice, subject, who, what, when
//	        accepted durably, once                       Receive, Act, forward
//	                 ▼  one at a time per subject, many subjects at once
//	        load → step → commit                         handle
//	                 ▼
//	        Store.Commit: states + seen + letters + outbox + due, one atomic write
//	                 ▼
//	        outbox → channel → the person                send, deliver, settle
//
// A [Service] works for one practice. Whatever happens to it, a message, a
// press, a therapist's decision, something that falls due, is an [Event] about
// a subject: a chat, a case, a therapist's caseload. Its step is pure
// (chatStep, caseStep): it sees a world with the subjects it asks for and the
// time of the event, and says what shall become of them. What it said is
// sealed and written in one commit that names the versions it read, so that
// the first of two decisions wins and a place is never given twice. Only then
// is the event acknowledged.
//
// Messages wait in the outbox, in lanes that keep their order, and are sent
// with an id that stays the same however often an attempt is made. See
// [Class] for what happens when nobody knows whether an attempt arrived.
//
// Where to look: service.go is the road; chat.go, talk.go and commands.go are
// a conversation, speech.go what it understands in any language, words.go how
// it writes days and numbers, language.go how a person changes it; door.go is what
// stands before a chat while somebody else may hold the phone, lock.go its word
// and PIN, waiting.go how quietly a message is announced; cases.go is a case and what therapists do; look.go is what
// they read; world.go and commit.go stand between the pure step and the store;
// sender.go and run.go are what goes on by itself; sweep.go is how messages
// leave a chat again.
//
// The package never lets a client's word, name or address into a log, an
// error, a metric, a key or an unsealed value.
package bot
