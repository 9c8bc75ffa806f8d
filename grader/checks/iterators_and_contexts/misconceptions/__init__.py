"""The mistakes people make in each part, with what they compute."""
