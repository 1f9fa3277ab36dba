"""Training runs: a language model fine-tuned by GRPO with token credit. The contract is docs/training.md."""
