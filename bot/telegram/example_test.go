package telegram_test

import (
	"context"
	"fmt"

	"anteroom/bot"
	"anteroom/bot/telegram"
	"anteroom/bot/telegram/telegramtest"
)

// A bot that says back what it hears, on a Telegram made for tests.
func Example() {
	server := telegramtest.New()
	defer server.Close()
	channel, err := telegram.New(telegram.Options{Practice: "harbour", Token: telegramtest.Token, APIURL: server.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer channel.Close()

	echo := receiveFunc(func(ctx context.Context, in bot.Inbound) error {
		_, err := channel.Send(ctx, bot.Delivery{ID: in.ID, To: in.Chat, Body: bot.Text{Text: "You said: " + in.What.(bot.Words).Text}})
		return err
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- channel.Poll(ctx, echo) }()

	ana := server.User(1, "Ana", "en")
	m, err := ana.Wait(ctx, ana.Send("hello"), nil)
	fmt.Println(m.Text, err)

	stop()
	fmt.Println(<-done)
	// Output:
	// You said: hello <nil>
	// <nil>
}
