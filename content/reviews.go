package content

import (
	"io/fs"
	"time"

	"go.yaml.in/yaml/v4"
)

// Review says who has read a file whose words decide over safety or consent,
// and when. By is empty until a clinician has.
type Review struct {
	File string
	By   string
	On   time.Time

	line, column int // where it stands
}

// Done reports that somebody has read the file, and when is known.
func (r Review) Done() bool { return r.By != "" && !r.On.IsZero() }

// Reviews reads reviews.yaml, in the order of the file.
func Reviews(fsys fs.FS) ([]Review, error) {
	f, top, err := open(fsys, reviewFile)
	if err != nil {
		return nil, err
	}
	var all []Review
	f.fields(top, []string{"reviews"}, map[string]func(*yaml.Node){
		"reviews": func(n *yaml.Node) {
			f.each(n, func(key, value *yaml.Node) {
				r := Review{File: key.Value, line: key.Line, column: key.Column}
				f.fields(value, []string{"by", "on"}, map[string]func(*yaml.Node){
					"by": func(n *yaml.Node) {
						if n.Value != "" {
							f.text(&r.By)(n)
						}
					},
					"on": f.date(&r.On, true),
				})
				if (r.By == "") != r.On.IsZero() {
					f.bad(value, "a review needs a name and a day", "fill in both, or neither")
				}
				all = append(all, r)
			})
		},
	})
	if err := f.err(); err != nil {
		return nil, err
	}
	return all, nil
}
