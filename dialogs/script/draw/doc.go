// Package draw turns a compiled dialog into a picture that a therapist can
// read on paper: an SVG in pages, or text for Mermaid.
//
// A dialog of a hundred steps with every line drawn is a knot. So the picture
// is made of roads. A road is a column of boxes in the order in which they
// are met. The main road begins at the first step and follows the first
// answer of each question; it keeps the left column. Each way off it begins
// a road of its own, drawn beside the box that leads there when there is
// room, and elsewhere when there is none. A line that would be long, or
// would run upwards, is cut short: it ends in a small label with the number,
// the name and the page of the box where it goes on, and that box says from
// where it is reached. Nothing crosses a box.
//
// A called dialog is one box with a double border, because it has a picture
// of its own. Settings that lie between one question and one next step stand
// in one small box. What leads to help is bordered in red and bears a sign.
// Each kind of step has its own border as well as its colour and its word,
// so that a copy in grey reads as well.
//
// The same dialog and options give the same bytes. The package reads no
// files and no fonts: widths of letters are those of Helvetica, with slack.
package draw
