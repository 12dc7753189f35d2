"""What comes back: receipts of gateways, and what customers write."""
