package slack_test

import (
	"context"
	"fmt"

	"anteroom/bot"
	"anteroom/bot/slack"
	fakeslack "anteroom/bot/slack/slacktest"
)

// A card is posted once and then changed in place: the receipt of the one
// delivery goes into the next.
func Example() {
	workspace := fakeslack.Start(fakeslack.Options{})
	defer workspace.Close()

	channel, err := slack.New(slack.Options{
		Practice: "harbour",
		BotToken: fakeslack.BotToken,
		AppToken: fakeslack.AppToken,
		Channel:  fakeslack.Channel,
		APIURL:   workspace.APIURL(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	card := bot.Card{Case: "K7Q-42", Line: "K7Q-42 · F · answer due Thu 17:00", Open: true}
	receipt, err := channel.Send(ctx, bot.Delivery{ID: "1", Body: card})
	if err != nil {
		fmt.Println(err)
		return
	}
	card.Open, card.State = false, []string{"Ana has this"}
	if _, err := channel.Send(ctx, bot.Delivery{ID: "2", Body: card, Receipt: receipt}); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range workspace.Messages(fakeslack.Channel) {
		fmt.Println(m.Plain())
	}
	// Output:
	// K7Q-42 · F · answer due Thu 17:00
	// Ana has this
	// Read summary
}
