package bot

// GoalOptions is how goals become answers.
var GoalOptions = goalOptions
