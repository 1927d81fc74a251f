// Package slack is the therapists' channel: cards about cases that say nothing
// of their content, the summary behind a button for those who may read it, the
// decisions inside that summary, and the course of care afterwards: a page for
// each case, the app's home, and the command /anteroom.
//
// [Slack.Send] carries cards and notices out. [Slack.Run] takes what therapists
// press through Socket Mode, so that no address of the practice has to be open
// to the internet. Both use github.com/slack-go/slack; the loop around its
// socket is ours, because the library neither acknowledges nor recovers nor
// bounds anything by itself.
//
// The home and the answers to /anteroom have numbers of cases, phases, dates
// and counts, which [bot.Desk] gives without a look at any case. They are drawn
// when they are opened, and the home after each act of its person.
//
// # What it never does
//
// It never puts a client's words, or anything said about the client, into a
// message, unless the practice chose the disclosure "channel" and the service
// filled [bot.Card].Detail. It never trusts a payload: a case id, a user or a
// value that comes back from Slack is asked of [bot.Desk] again, every time.
// Words of others are shown as plain_text objects, never as mrkdwn, in which
// "<!channel>" would ring every phone. No token, no channel content and no
// client's word gets into an error or the log.
//
// # The brief of a session
//
// A [bot.Brief] is a direct message, and Slack keeps those, exports them, and
// shows them on locked phones. So it says for which case and session the brief is
// ready, and how much there is in it, and its button opens the page itself in a
// modal: the table, which quotes the client, and a picture of the course. Slack
// shows no picture that does not lie somewhere; this one is a file of the
// workspace, shared with nobody, for as long as the modal shows it and
// Options.PictureFor at most. It has figures and days in it and nothing else.
//
// # Who may not read
//
// Every press asks the desk again. Who has no part in a case is told so, and is
// offered to break the glass: to say why they need to read it all the same. The
// reason is recorded before anything is shown. After an erasure, or when a right
// to read has ended, the next press on an old modal takes the summary away, also
// from under a form that stands on it; a modal that nobody presses stays as
// Slack shows it until it is closed.
//
// # Cards, once
//
// Slack's chat.postMessage has no idempotency key. So every message of ours
// carries metadata that holds the id of its delivery, and after an unknown
// outcome the channel's history is read first: a message that is there is
// adopted, not posted again.
//
// # When an envelope is acknowledged
//
// Slack wants an acknowledgement within 3 s and delivers again without one.
//
//   - What only opens something (Read summary, a decision's form) is
//     acknowledged at once: nothing is lost with it, the trigger lives 3 s, and
//     if it comes too late the person is told to press again.
//   - "I have this" is acknowledged when the act is recorded or refused, not
//     before. While the store does not answer there is no acknowledgement:
//     Slack shows the press as failed and delivers it again, and the act's id,
//     made from the press, keeps it from counting twice.
//   - A button that does something on the page of a case (Hold, We met) is
//     acknowledged as "I have this" is, and the page is drawn anew.
//   - A command is answered within the same time as a form, to who typed it alone.
//   - A form is answered within 2.5 s (Options.Patience) in any case: done,
//     refused, a field to mend, or "Not done yet. Please press again.". A second
//     submission of the same form with the same content has the same id.
//   - Everything else, known or not, is acknowledged and dropped.
//
// # The app
//
// [Manifest] is the app's manifest as Slack takes it under "Create an app →
// From a manifest". Two tokens follow: the bot token (xoxb-…, after "Install to
// workspace") and an app-level token with the scope connections:write (xapp-…,
// under Basic Information). The bot is invited into the channel with /invite.
// Reading the history (channels:history for a public channel, groups:history
// for a private one) serves only to find our own messages again; files:write is
// for the pictures, files:read to know when one may be shown and to find those
// that a crash left.
package slack

import _ "embed"

// Manifest is the exact app manifest, in YAML.
//
//go:embed manifest.yaml
var Manifest string
