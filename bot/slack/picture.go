package slack

import (
	"bytes"
	"context"
	"errors"
	"time"

	api "github.com/slack-go/slack"

	"anteroom/bot/care"
	"anteroom/bot/picture"
)

// Slack shows no picture in a modal but one that lies somewhere: at a public
// address, of which it takes a copy that nobody gets at, or among the files of
// the workspace. So the picture of a brief is uploaded, shared with nobody, and
// deleted when its modal is closed or shows something else, after PictureFor,
// when Run ends, and, if a crash came before, when Run begins again. No erasure
// has to reach it, then: it is gone before. It holds figures and days, no name, no
// word and no number of a case. What a workspace's own archive took in those
// minutes is out of our hands; doc.go and the README say so.

const (
	awaited    = "The picture of the course follows."
	noPicture  = "The picture cannot be shown here. This draws it: anteroom case brief "
	pictureAlt = "The figures of the table, as lines over time. Shown for some minutes: read the brief again to see it."

	drawing  = 8 * time.Second        // for all of it; the table stands there already
	readied  = 250 * time.Millisecond // between two questions whether Slack is done with a file
	mostOld  = 100                    // files in one list
	oldPages = 10
)

// shown is a picture that lies in Slack.
type shown struct {
	file  string
	until time.Time
}

func (s *Slack) pictureName() string { return "course-" + string(s.opt.Practice) + ".png" }

// illustrate draws a course and puts it into the modal that waits for it, if
// that shows the same page still.
func (r *runner) illustrate(ctx context.Context, at api.View, series []care.Series, page func(api.Block) api.ModalViewRequest, instead string) {
	r.wg.Go(func() {
		defer r.rescue()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drawing)
		defer cancel()
		file, err := r.upload(ctx, at.ID, series)
		if err == nil {
			image := api.NewImageBlockSlackFile(&api.SlackFileObject{ID: file}, pictureAlt, "picture", plain("The course"))
			if _, err = r.client.UpdateViewContext(ctx, page(image), "", at.Hash, at.ID); err == nil {
				return
			}
		}
		r.wipe(context.WithoutCancel(ctx), at.ID)
		if c := code(err); c == "not_found" || c == "hash_conflict" {
			return // it was closed, or shows something else
		}
		r.opt.Log.Warn("a picture was not shown", "err", r.explain("files", err))
		if _, err := r.client.UpdateViewContext(ctx, page(paragraph(instead)), "", at.Hash, at.ID); err != nil {
			r.opt.Log.Warn("a modal was not changed", "err", r.explain("views.update", err))
		}
	})
}

// upload draws a course and brings it to Slack, until it may be shown: a file
// that Slack has not looked at yet is refused in a block. Its id is noted before
// anything is there, so that whatever goes wrong can be wiped.
func (r *runner) upload(ctx context.Context, view string, series []care.Series) (file string, err error) {
	png, err := picture.Course(series)
	if err != nil {
		return "", errors.New("not drawn")
	}
	to, err := r.client.GetUploadURLExternalContext(ctx, api.GetUploadURLExternalParameters{FileName: r.pictureName(), FileSize: len(png), AltTxt: pictureAlt})
	if err != nil {
		return "", err
	}
	file = to.FileID
	r.guard.Lock()
	r.pictures[view] = shown{file, r.opt.Now().Add(r.opt.PictureFor)}
	r.guard.Unlock()
	if err := r.client.UploadToURL(ctx, api.UploadToURLParameters{UploadURL: to.UploadURL, Filename: r.pictureName(), Reader: bytes.NewReader(png)}); err != nil {
		return "", err
	}
	if _, err := r.client.CompleteUploadExternalContext(ctx, api.CompleteUploadExternalParameters{Files: []api.FileSummary{{ID: file, Title: "Course"}}}); err != nil {
		return "", err
	}
	for {
		info, _, _, err := r.client.GetFileInfoContext(ctx, file, 0, 0)
		if err != nil || info.Mimetype != "" {
			return file, err
		}
		select {
		case <-time.After(readied):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// wipe deletes the picture of a modal, if it has one. What is not deleted is
// tried again until it is.
func (r *runner) wipe(ctx context.Context, view string) {
	r.guard.Lock()
	p, ok := r.pictures[view]
	delete(r.pictures, view)
	r.guard.Unlock()
	if ok && !r.deleted(ctx, p.file) {
		r.guard.Lock()
		r.pictures[view] = shown{file: p.file} // its time is up
		r.guard.Unlock()
	}
}

func (r *runner) deleted(ctx context.Context, file string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := r.client.DeleteFileContext(ctx, file)
	switch code(err) {
	case "file_not_found", "file_deleted":
		return true
	}
	if err != nil {
		r.opt.Log.Warn("a picture was not deleted yet", "err", r.explain("files.delete", err))
	}
	return err == nil
}

// sweeps deletes what an earlier run left, what is past its time as long as ctx
// lasts, and then all that modals show: nobody is there any more to hear that one
// is closed.
func (r *runner) sweeps(ctx context.Context) {
	looked := r.leftovers(ctx)
	tick := time.NewTicker(min(r.opt.PictureFor, time.Minute))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			looked = looked || r.leftovers(ctx)
			now := r.opt.Now()
			r.wipeAll(ctx, func(p shown) bool { return !now.Before(p.until) })
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			r.wipeAll(last, func(shown) bool { return true })
			return
		}
	}
}

func (r *runner) wipeAll(ctx context.Context, which func(shown) bool) {
	var views []string
	r.guard.Lock()
	for view, p := range r.pictures {
		if which(p) {
			views = append(views, view)
		}
	}
	r.guard.Unlock()
	for _, view := range views {
		r.wipe(ctx, view)
	}
}

// leftovers deletes the pictures of a run that did not end as it should, and
// reports whether there is no more to look for; an app without the scope for it
// has left none. What is not deleted now is later.
func (r *runner) leftovers(ctx context.Context) bool {
	me, err := r.client.AuthTestContext(ctx)
	for page := 1; err == nil && page <= oldPages; page++ {
		var files []api.File
		var at *api.Paging
		files, at, err = r.client.GetFilesContext(ctx, api.GetFilesParameters{User: me.UserID, Types: "images", Count: mostOld, Page: page})
		for _, f := range files {
			if f.Name == r.pictureName() && f.User == me.UserID && !r.shows(f.ID) && !r.deleted(ctx, f.ID) {
				r.guard.Lock()
				r.pictures["left/"+f.ID] = shown{file: f.ID} // of no modal, and its time is up
				r.guard.Unlock()
			}
		}
		if err == nil && page >= at.Pages {
			return true
		}
	}
	if err != nil && ctx.Err() == nil {
		r.opt.Log.Warn("old pictures were not looked for", "err", r.explain("files.list", err))
	}
	return err == nil || code(err) == "missing_scope"
}

// shows reports whether a modal shows a file, or will in a moment.
func (r *runner) shows(file string) bool {
	r.guard.Lock()
	defer r.guard.Unlock()
	for _, p := range r.pictures {
		if p.file == file {
			return true
		}
	}
	return false
}
