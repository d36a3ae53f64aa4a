"""LeNet trainings, one at a time: recipe, data, model, loop, history."""
